import { findColumn } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import type { SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { parseExpression } from "../../sql/parser.ts"
import type { PlanContext } from "../operation.ts"
import { downOf } from "../shape-after.ts"
import { needsByteEquality } from "../sync/byte-equality.ts"
import { absentOf, sourceColumn } from "../sync/source-column.ts"
import { typeBelow } from "../sync/type-below.ts"
import { isComparable } from "../volatility.ts"
import { shownName, type Duplicate } from "./duplicate.ts"

/** Two columns that hold the same fact in two shapes, each computed from the other. */
export function syncGroupOf(duplicate: Duplicate, catalog: Catalog, context: PlanContext): SyncGroup {
  const { table, column, physical, fresh, hidden } = duplicate
  const up = parseExpression(duplicate.up)
  const down = downOf(duplicate.down, table, context)
  const old: SyncColumn = {
    ...sourceColumn(column, catalog),
    expression: down.text,
    reads: down.columns,
    comparable: isComparable(duplicate.down, catalog),
    hidden,
  }
  const added: SyncColumn = {
    name: physical,
    shown: shownName(duplicate),
    type: fresh.type,
    ...typeBelow(fresh.type, catalog),
    collation: fresh.collation,
    expression: up.text,
    reads: up.columns,
    comparable: isComparable(duplicate.up, catalog),
    compareBytes: needsByteEquality(fresh.type, fresh.collation),
    absent: absentOf(fresh.type, catalog),
    added: true,
    secondOf: column.name,
    notNull: fresh.notNull,
    hidden: null,
  }
  const own = [column.name, physical]
  const sources = [...new Set([...up.columns, ...down.columns])]
    .filter((name) => !own.includes(name))
    .flatMap((name) => findColumn(table, name) ?? [])
    .map((source) => sourceColumn(source, catalog))
  return { old: [old], new: [added], sources }
}
