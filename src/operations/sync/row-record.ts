import { join, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/**
 * Columns of a row as the one argument of a function in PL/pgSQL. With an argument for each, all of them would have one
 * collation there, derived from all of theirs, and `lower` or `<` could give something else than in the triggers. The
 * fields of a record keep each its column's own, as those of NEW do.
 */
export function asRecord(columns: readonly Sql[]): Sql {
  return sql`ROW(${join(columns)})`
}

/** How the function declares it. */
export const recordParameter: Sql = sql`r record`

/** The column at this place of the record, within the function. */
export function fieldAt(index: number): Sql {
  return trusted(`r.f${index + 1}`)
}
