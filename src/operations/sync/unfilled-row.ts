import type { Table } from "../../catalog/model.ts"
import type { Sync } from "../../domain/backfill.ts"
import { ident, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { walkedTable } from "./ranges.ts"
import { walkOf } from "./walk-key.ts"

/**
 * Whether a row is still unfilled, as a condition that can also be asked where the marker doesn't exist: its name, not
 * found in the table, then means the column of the same name around it.
 */
export function unfilledRow(sync: Sync, table: Table): Sql {
  const marker = ident(sync.marker)
  return sql`(SELECT EXISTS (SELECT FROM ${walkedTable(walkOf(table))} WHERE ${marker} IS NULL)
    FROM (SELECT NULL::boolean AS ${marker}) AS absent)`
}
