import type { Finding } from "../../domain/finding.ts"
import { displayName, type RelationName } from "../../domain/relation.ts"
import type { Session } from "../../postgres/session.ts"
import { ident } from "../../sql/sql.ts"
import type { TargetRun } from "../target-run.ts"

/** Invalid indexes on the plan's relations: they cost every write and answer no query. */
export async function checkIndexes(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  const invalid = await session.query<RelationName & { readonly index: string }>(
    `SELECT n.nspname AS schema, c.relname AS name, i.relname AS index
       FROM unnest($1::text[], $2::text[]) AS wanted (schema, name)
       JOIN pg_namespace AS n ON n.nspname = wanted.schema
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = wanted.name
       JOIN pg_index AS x ON x.indrelid = c.oid AND NOT x.indisvalid
       JOIN pg_class AS i ON i.oid = x.indexrelid
      WHERE c.relkind = 'r'
        -- One that is being built at this moment is not valid yet.
        AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index AS build WHERE build.index_relid = x.indexrelid)
      ORDER BY 1, 2, 3`,
    [plan.relations.map(({ schema }) => schema), plan.relations.map(({ name }) => name)],
  )
  return invalid.map((relation) => {
    const index = `${ident(relation.schema)}.${ident(relation.index)}`
    return {
      code: "INVALID_INDEX",
      severity: "warning",
      subject: displayName({ schema: relation.schema, name: relation.index }),
      message: `${displayName(relation)} has an invalid index, left behind by a failed CREATE INDEX CONCURRENTLY`,
      hint: `DROP INDEX CONCURRENTLY ${index}; or REINDEX INDEX CONCURRENTLY ${index};`,
    }
  })
}
