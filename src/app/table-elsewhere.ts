import type { Finding } from "../domain/finding.ts"
import { nearestName } from "../domain/nearest.ts"
import { displayName, type RelationName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"

/**
 * A plain name is looked for in the target's first schema. Where another one has a table of that name, the hint of
 * UNKNOWN_TABLE says which: a newcomer's tables are not all in `public`. Else one that is called almost so is named.
 */
export async function tellTablesElsewhere(
  session: Session,
  findings: readonly Finding[],
  defaultSchema: string,
): Promise<readonly Finding[]> {
  if (!findings.some(isUnknown)) return findings
  const tables = await session.query<RelationName>(
    `SELECT n.nspname::text AS schema, c.relname::text AS name
       FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname NOT IN ('information_schema', 'sluice')
      ORDER BY 1, 2`,
  )
  return findings.map((finding) => {
    const elsewhere = tables.find(
      ({ schema, name }) =>
        schema !== defaultSchema && displayName({ schema: defaultSchema, name }) === finding.subject,
    )
    if (!isUnknown(finding)) return finding
    if (!elsewhere) return tellNearest(finding, tables, defaultSchema)
    const { schema } = elsewhere
    const hint = `Schema ${schema} has a table of that name: list it first in the target's schemas (sluice.yaml), or name it with its schema in the revision.`
    return { ...finding, hint }
  })
}

/** The catalog was read for the names in the revisions alone: what is near them nobody has looked at yet. */
function tellNearest(finding: Finding, tables: readonly RelationName[], defaultSchema: string): Finding {
  if (!finding.hint?.startsWith("Check the name")) return finding
  const known = tables.filter(({ schema }) => schema === defaultSchema)
  const nearest = nearestName(finding.subject, known.map(displayName))
  const table = known.find((each) => displayName(each) === nearest)
  return table === undefined ? finding : { ...finding, hint: `Did you mean ${table.name}?` }
}

function isUnknown({ code }: Finding): boolean {
  return code === "UNKNOWN_TABLE"
}
