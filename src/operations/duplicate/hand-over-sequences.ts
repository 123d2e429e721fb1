import type { RelationName } from "../../domain/relation.ts"
import { literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { regclass } from "../observe.ts"
import { doBlock } from "../sync/dollar-quoted.ts"

/**
 * A sequence that belongs to a column (serial) is dropped with it. Where another column goes on drawing from it, it has
 * to belong to that one before. Whether any does, only the database knows: nothing else of the plan depends on it.
 */
export function handOverSequences(relation: RelationName, from: string, to: string): Sql {
  return doBlock(sql`
DECLARE
  owned regclass;
BEGIN
  FOR owned IN
    SELECT d.objid::regclass
      FROM pg_depend AS d
      JOIN pg_class AS s     ON s.oid = d.objid AND s.relkind = 'S'
      JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
     WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
       AND a.attrelid = ${regclass(relation)} AND a.attname = ${literal(from)}
  LOOP
    EXECUTE format('ALTER SEQUENCE %s OWNED BY %s.%I', owned, ${regclass(relation)}, ${literal(to)});
  END LOOP;
END`)
}
