import type { Catalog } from "../../catalog/model.ts"
import type { PendingColumn } from "../pending.ts"
import { isComparable } from "../volatility.ts"
import type { AddColumn } from "./resolved.ts"

/** The new column, for indexes and constraints of the same plan. A default in the catalog is computed once for all rows. */
export function pendingColumn(add: AddColumn, catalog: Catalog): PendingColumn {
  const { relation, column, type, fill } = add
  return {
    relation,
    name: column.name,
    type,
    value: fill ?? add.default,
    filled: fill !== null,
    comparable: fill === null || isComparable(fill, catalog),
  }
}
