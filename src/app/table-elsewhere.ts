import type { Finding } from "../domain/finding.ts"
import { displayName, type RelationName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"

/**
 * A plain name is looked for in the target's first schema. Where another one has a table of that name, the hint of
 * UNKNOWN_TABLE says which: a newcomer's tables are not all in `public`.
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
    if (!isUnknown(finding) || !elsewhere) return finding
    const { schema } = elsewhere
    const hint = `Schema ${schema} has a table of that name: list it first in the target's schemas (sluice.yaml), or name it with its schema in the revision.`
    return { ...finding, hint }
  })
}

function isUnknown({ code }: Finding): boolean {
  return code === "UNKNOWN_TABLE"
}
