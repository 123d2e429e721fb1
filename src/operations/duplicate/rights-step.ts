import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import type { SqlStep } from "../../domain/step.ts"
import { literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { observation, relationOid } from "../observe.ts"
import { sqlStep } from "../sql-step.ts"
import { doBlock } from "../sync/dollar-quoted.ts"
import type { Duplicate } from "./duplicate.ts"

/**
 * Rights on the old column alone, in the table or in a partition: whoever has them has them on the second one as well,
 * from its first instant on. Rights on a whole table hold for it anyway.
 */
export function rightsSteps({ table, column, physical, fresh, partitions, scope }: Duplicate): readonly SqlStep[] {
  const ofPartitions = partitions.filter(({ grants }) => grants.length > 0)
  if (ofPartitions.length === 0 && !table.grants.some((grant) => grant.column === column.name)) return []
  const relation = { schema: table.schema, name: table.name }
  const owned = [relation, ...ofPartitions.map(({ partition: { schema, name } }) => ({ schema, name }))]
  const [old, second] = [rightsOn(relation, column.name), rightsOn(relation, physical)]
  return [
    sqlStep({
      id: `expand/${scope}/rights-${fresh.name}`,
      phase: "expand",
      summary: `Give who has rights on ${displayName(relation)}.${column.name} alone the same on its second column`,
      sql: eachRight(
        old,
        sql`format('GRANT %s (%I) ON TABLE %s TO %s%s', acl.privilege, ${literal(physical)}, acl.place, acl.role, acl.option)`,
      ),
      undo: eachRight(
        second,
        sql`format('REVOKE %s (%I) ON TABLE %s FROM %s', acl.privilege, ${literal(physical)}, acl.place, acl.role)`,
      ),
      observe: observation({
        after: sql`EXISTS (${second}) AND NOT EXISTS (${old} EXCEPT ${second})`,
        before: sql`TRUE`,
      }),
      lock: "none",
      needs: owned.map((one) => ({ kind: "own", relation: one })),
      relations: [relation],
    }),
  ]
}

/** Of the table and its partitions. A role that is gone meanwhile needs nothing any more. */
function rightsOn(relation: RelationName, column: string): Sql {
  const oid = relationOid(relation)
  return sql`SELECT a.attrelid::regclass AS place, x.privilege_type AS privilege,
      CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END AS role,
      CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS option
    FROM pg_attribute AS a
   CROSS JOIN aclexplode(a.attacl) AS x
   WHERE a.attrelid IN (SELECT ${oid} UNION SELECT relid FROM pg_partition_tree(${oid}))
     AND a.attname = ${literal(column)} AND NOT a.attisdropped
     AND (x.grantee = 0 OR EXISTS (SELECT FROM pg_roles AS r WHERE r.oid = x.grantee))`
}

function eachRight(rights: Sql, statement: Sql): Sql {
  return doBlock(sql`
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT ${statement}
      FROM (${rights}) AS acl
     ORDER BY 1
  LOOP
    EXECUTE statement;
  END LOOP;
END`)
}
