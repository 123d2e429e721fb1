import { findColumn } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import type { SyncGroup } from "../../domain/backfill.ts"
import type { PlanContext } from "../operation.ts"
import { downOf } from "../shape-after.ts"
import { sourceColumn } from "../sync/source-column.ts"
import { isComparable } from "../volatility.ts"
import type { DropColumn } from "./resolved.ts"

/**
 * One old column, computed from the new shape. What it reads of columns that the plan adds, their own operations say;
 * the planner joins the two.
 */
export function syncGroupOf(drop: DropColumn, catalog: Catalog, context: PlanContext): SyncGroup | null {
  if (drop.down === null) return null
  const { text, columns } = downOf(drop.down, drop.relation, context)
  const old = {
    ...sourceColumn(drop.column, catalog),
    expression: text,
    reads: columns,
    comparable: isComparable(drop.down, catalog),
    hidden: drop.hidden,
  }
  const sources = columns
    .flatMap((name) => findColumn(drop.table, name) ?? [])
    .map((source) => sourceColumn(source, catalog))
  return { old: [old], new: [], sources }
}
