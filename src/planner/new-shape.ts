import { isSameRelation } from "../domain/relation.ts"
import { findColumn, findTable } from "../catalog/model.ts"
import type { Catalog, Column, Table } from "../catalog/model.ts"
import { withoutOurs } from "../catalog/ours.ts"
import type { Sync } from "../domain/backfill.ts"
import type { RelationName } from "../domain/relation.ts"
import type { ShownColumn } from "../operations/operation.ts"
import type { ViewColumn } from "../operations/views/version-view.ts"
import { parseExpression } from "../sql/parser.ts"
import { sql, trusted } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"

/** From what the shape after a plan is known while the tables still hold both shapes. */
export interface ShapeSources {
  readonly before: Catalog
  /** The model once all of the plan is contracted. */
  readonly after: Catalog
  readonly syncs: readonly Sync[]
  /** What the plan's operations say of columns that lie under another name until contract. */
  readonly shown: readonly ShownColumn[]
}

/**
 * A table's columns as the new shape has them, each with the column that really holds it from expand on. Empty where
 * the new shape doesn't have the table. Nothing of ours is in it.
 */
export function newShape(relation: RelationName, sources: ShapeSources): readonly ViewColumn[] {
  const table = findTable(sources.after, relation)
  const before = findTable(sources.before, relation)
  if (!table) return []
  return withoutOurs(table).columns.map((column) => {
    const physical = physicalName(relation, column.name, sources.shown)
    const held = heldIn(before, sources.syncs, relation, physical) ?? column
    return {
      name: column.name,
      physical,
      type: column.type,
      cast: held.type !== column.type,
      default: defaultOf(column, held.default),
    }
  })
}

function physicalName(relation: RelationName, name: string, shown: readonly ShownColumn[]): string {
  const found = shown.find((column) => column.name === name && isSameRelation(column.relation, relation))
  return found?.physical ?? name
}

/**
 * Type and default of the physical column between expand and contract: as it was before the plan, or as dual write
 * adds it (without default). Null: an operation adds it at once as it shall be.
 */
function heldIn(
  before: Table | undefined,
  syncs: readonly Sync[],
  relation: RelationName,
  physical: string,
): Pick<Column, "type" | "default"> | null {
  const old = before && findColumn(before, physical)
  if (old) return old
  const groups = syncs.find((sync) => isSameRelation(sync.relation, relation))?.groups ?? []
  const added = groups.flatMap((group) => group.new).find((column) => column.name === physical && column.added)
  return added ? { type: added.type, default: null } : null
}

/** The version's own default where the table has another one, or none yet. */
function defaultOf(column: Column, held: string | null): Sql | null {
  if (column.default === held || column.identity !== null || column.generated !== null) return null
  if (column.default !== null) return sql`(${parseExpression(column.default).text})`
  // A bare NULL would be no default at all for PostgreSQL, and the table's would count. `type` is format_type's own.
  return sql`(CASE WHEN TRUE THEN NULL::${trusted(column.type)} END)`
}
