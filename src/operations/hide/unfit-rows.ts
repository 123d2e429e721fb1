import type { Constraint, Table } from "../../catalog/model.ts"
import { displayName } from "../../domain/relation.ts"
import type { UnfitRows } from "../../domain/step.ts"
import { rebindConstraint } from "../../sql/rebind.ts"
import { ident, sql, trusted } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { rowsWhere } from "../offending-rows.ts"
import { walkOf } from "../sync/walk-key.ts"
import type { Holder } from "./bonds.ts"
import { checkOf } from "./rejected-rows.ts"

/**
 * Rows that a hidden column can't come back with: what `down` made of them its promises don't allow. Those bind every
 * write from the moment it is back, of any column of such a row, and the new application is still there then.
 */
export function unfitRows(hidden: string, holders: readonly Holder[]): readonly UnfitRows[] {
  return holders.flatMap(({ table, column, required, bonds }) => [
    ...(required ? [withNull(table, column.name, hidden)] : []),
    ...bonds.constraints.flatMap((constraint) => against(table, constraint, column.name, hidden) ?? []),
  ])
}

function withNull(table: Table, column: string, hidden: string): UnfitRows {
  return unfit(table, sql`t.${ident(hidden)} IS NULL`, `${column}, which allows no NULL, would be NULL`)
}

function against(table: Table, constraint: Constraint, column: string, hidden: string): UnfitRows | undefined {
  if (constraint.kind !== "check") return undefined
  const condition = checkOf(rebindConstraint(constraint.definition, (name) => (name === column ? hidden : name)))
  if (condition === undefined) return undefined
  // pg_get_constraintdef's own words
  return unfit(table, sql`${trusted(condition)} IS FALSE`, `${column} would break the check ${constraint.name}`)
}

function unfit(table: Table, condition: Sql, what: string): UnfitRows {
  const { schema, name } = table
  return {
    relation: { schema, name },
    keys: rowsWhere(walkOf(table), condition),
    message: `The old shape can't hold rows of ${displayName(table)} as the new application has written them: ${what}`,
    remedy: "Change in each of them what `down` reads, so that it has a value for the old shape",
  }
}
