import { withTables } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import type { DropColumn } from "./resolved.ts"

/** The catalog once the column is gone for good: what it takes part in goes with it. */
export function afterDropColumn({ table, column }: DropColumn, before: Catalog): Catalog {
  return withTables(
    before,
    [table, ...partitionsOf(table, before)].map((one) => without(one, column.name)),
  )
}

function without(table: Table, column: string): Table {
  return {
    ...table,
    columns: table.columns.filter(({ name }) => name !== column),
    constraints: table.constraints.filter(({ columns }) => !columns.includes(column)),
    indexes: table.indexes.filter(({ reads }) => !reads.includes(column)),
  }
}
