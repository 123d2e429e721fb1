import { findColumn } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import type { SyncColumn, SyncGroup } from "../../domain/backfill.ts"
import { parseExpression } from "../../sql/parser.ts"
import { needsByteEquality } from "../sync/byte-equality.ts"
import { absentOf, sourceColumn } from "../sync/source-column.ts"
import { typeBelow } from "../sync/type-below.ts"
import { isComparable } from "../volatility.ts"
import type { AddColumn } from "./resolved.ts"

/** One new column, computed from the old shape, which stays: nothing computes back. */
export function syncGroupOf(add: AddColumn, catalog: Catalog): SyncGroup | null {
  if (add.fill === null) return null
  const { text, columns } = parseExpression(add.fill)
  const column: SyncColumn = {
    name: add.column.name,
    type: add.type,
    ...typeBelow(add.type, catalog),
    collation: null,
    expression: text,
    reads: columns,
    comparable: isComparable(add.fill, catalog),
    compareBytes: needsByteEquality(add.type, null),
    absent: absentOf(add.type, catalog),
    added: true,
    notNull: !add.nullable,
    hidden: null,
  }
  const sources = columns
    .flatMap((name) => findColumn(add.table, name) ?? [])
    .map((source) => sourceColumn(source, catalog))
  return { old: [], new: [column], sources }
}
