import type { Index } from "../../catalog/model.ts"
import type { RelationName } from "../../domain/relation.ts"
import { literal, qualified, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/**
 * Statements that say of an index what `pg_get_indexdef` doesn't: one that is built from its definition has nothing of
 * it. Its mark of CLUSTER isn't among it, for of a table one index alone has that.
 */
export function saidOfIndex(
  { schema }: RelationName,
  said: Pick<Index, "name" | "comment" | "settings">,
): readonly Sql[] {
  const { name, comment, settings = [] } = said
  const index = qualified({ schema, name })
  return [
    ...(comment === undefined ? [] : [sql`COMMENT ON INDEX ${index} IS ${literal(comment)};`]),
    // The catalog's own words
    ...settings.map((setting) => sql`ALTER INDEX ${index} ALTER ${trusted(setting)};`),
  ]
}
