import type { RelationName } from "../../domain/relation.ts"
import { columnSettings } from "../../sql/column-settings.ts"
import { literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { regclass } from "../observe.ts"
import { doBlock } from "./dollar-quoted.ts"

/**
 * Gives a second column what has been granted on the first one. Only the moment knows that, so it is read there and then;
 * the partitions' own grants too. A right that the second column has besides is left to it: somebody may have granted it
 * to the new application. What a role has passed on by its grant option is granted by the owner here.
 */
export function carryGrants(relation: RelationName, from: string, to: string): Sql {
  return eachOf(sql`
    SELECT format('GRANT %s (%I) ON TABLE %s TO %s%s', acl.privilege_type, ${literal(to)}, a.attrelid::regclass,
                  CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END,
                  CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM ${tableTree(relation)}
      JOIN pg_attribute AS a ON a.attrelid = tree.relid AND a.attname = ${literal(from)} AND NOT a.attisdropped
     CROSS JOIN aclexplode(a.attacl) AS acl
      LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
     WHERE acl.grantee = 0 OR r.oid IS NOT NULL`)
}

/**
 * Gives a second column the first one's statistics target, options, storage and compression; the latter two where its own
 * type knows of such a thing.
 */
export function carrySettings(relation: RelationName, from: string, to: string): Sql {
  return eachOf(sql`
    SELECT format('ALTER TABLE ONLY %s ALTER COLUMN %I SET %s', a.attrelid::regclass, ${literal(to)}, setting)
      FROM ${tableTree(relation)}
      JOIN pg_attribute AS a ON a.attrelid = tree.relid AND a.attname = ${literal(from)} AND NOT a.attisdropped
      JOIN pg_type AS t      ON t.oid = a.atttypid
      JOIN pg_attribute AS b ON b.attrelid = tree.relid AND b.attname = ${literal(to)} AND NOT b.attisdropped
      JOIN pg_type AS own    ON own.oid = b.atttypid
     CROSS JOIN unnest(${columnSettings}) AS setting
     WHERE own.typstorage <> 'p' OR setting !~ '^(STORAGE|COMPRESSION) '`)
}

/** The table with its partitions at every level. */
function tableTree(relation: RelationName): Sql {
  return sql`(SELECT ${regclass(relation)} AS relid UNION SELECT relid FROM pg_partition_tree(${regclass(relation)})) AS tree`
}

/** Runs the statements that a query gives. */
function eachOf(query: Sql): Sql {
  return doBlock(sql`
DECLARE
  statement text;
BEGIN
  FOR statement IN${query}
  LOOP
    EXECUTE statement;
  END LOOP;
END`)
}
