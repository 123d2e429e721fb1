import { findColumn } from "../../catalog/model.ts"
import type { Table } from "../../catalog/model.ts"
import { uniqueColumns, usableKey } from "../sync/walk-key.ts"

/**
 * The columns by which archived values find their row again, in the table as it is after contract: the key that ranges
 * follow, else any other that allows no NULL. Null: there is none.
 */
export function archiveKey(table: Table): readonly string[] | null {
  const isRequired = (column: string): boolean => findColumn(table, column)?.notNull ?? false
  return usableKey(table) ?? uniqueColumns(table).find((columns) => columns.every(isRequired)) ?? null
}
