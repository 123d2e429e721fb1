import { join, literal, qualified, sql } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"
import { keyText, walkedTable } from "./sync/ranges.ts"
import type { Walk } from "./sync/ranges.ts"

/** Queries for data checks: each yields one column `key`, of rows `t` that can't stay as they are. */

export function rowsWhere(walk: Walk, condition: Sql): Sql {
  return sql`SELECT ${keyText(walk)} AS key FROM ${walkedTable(walk)} WHERE ${condition}`
}

/** Every row, for what looks at one after the other. A bare `t` would be a column of that name where the table has one. */
export function everyRow(walk: Walk): Sql {
  return sql`SELECT ${keyText(walk)} AS key, (t.*)::${qualified(walk.relation)} AS whole FROM ${walkedTable(walk)}`
}

export interface Uniqueness {
  /** NULL is equal to NULL. */
  readonly nullsNotDistinct?: boolean
  /** Only such rows count. */
  readonly among?: Sql
}

/** Rows that hold the same values as another. Equality is that of the types' own order, wherever it was defined. */
export function duplicateRows(walk: Walk, values: readonly Sql[], { nullsNotDistinct, among }: Uniqueness = {}): Sql {
  const counts = nullsNotDistinct === true ? sql`TRUE` : sql`num_nulls(${join(values)}) = 0`
  const where = among ? sql`\n  WHERE ${among}` : sql``
  return sql`SELECT counted.key FROM (
  SELECT ${keyText(walk)} AS key, ${counts} AS counts, count(*) OVER (PARTITION BY ${join(values)}) AS holders
  FROM ${walkedTable(walk)}${where}
) AS counted WHERE counted.counts AND counted.holders > 1`
}

/** The other table of a foreign key, as `parent`. */
export interface Referenced {
  readonly table: Sql
  readonly values: readonly Sql[]
  /** True where `=` is PostgreSQL's own for all the types; an extension's isn't found under our search_path. */
  readonly ownEquality: boolean
  /** MATCH FULL: either all columns are NULL or none is. */
  readonly full: boolean
}

/** Rows that point to no row of the other table. */
export function rowsWithoutParent(walk: Walk, values: readonly Sql[], parent: Referenced): Sql {
  const nulls = sql`num_nulls(${join(values)})`
  const unmatched = parent.ownEquality
    ? byEquality(walk, values, nulls, parent)
    : bySorting(walk, values, nulls, parent)
  if (!parent.full || values.length === 1) return unmatched
  return sql`${unmatched}
UNION ALL
${rowsWhere(walk, sql`${nulls} BETWEEN 1 AND ${literal(values.length - 1)}`)}`
}

function byEquality(walk: Walk, values: readonly Sql[], nulls: Sql, parent: Referenced): Sql {
  const equal = values.map((value, index) => sql`${parent.values[index] ?? sql`NULL`} = ${value}`)
  const match = sql`SELECT FROM ${parent.table} AS parent WHERE ${join(equal, " AND ")}`
  return rowsWhere(walk, sql`${nulls} = 0 AND NOT EXISTS (${match})`)
}

/** Brings equal values of both tables together without naming an operator. */
function bySorting(walk: Walk, values: readonly Sql[], nulls: Sql, parent: Referenced): Sql {
  const columns = values.map((_, index) => sql`value${literal(index + 1)}`)
  return sql`SELECT matched.key FROM (
  SELECT either.key, bool_or(either.is_parent) OVER (PARTITION BY ${join(columns.map((column) => sql`either.${column}`))}) AS has_parent
  FROM (
    SELECT ${keyText(walk)}, FALSE, ${join(values)} FROM ${walkedTable(walk)} WHERE ${nulls} = 0
    UNION ALL
    SELECT NULL, TRUE, ${join(parent.values)} FROM ${parent.table} AS parent
  ) AS either (key, is_parent, ${join(columns)})
) AS matched WHERE matched.key IS NOT NULL AND NOT matched.has_parent`
}
