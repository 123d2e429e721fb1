import type { Phase } from "../domain/phase.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { ColumnName, RelationName } from "../domain/relation.ts"
import type { Sql } from "../sql/sql.ts"

/** A column that an operation adds under the name that it keeps: there as soon as the operation's own steps ran. */
export interface PendingColumn {
  readonly relation: RelationName
  readonly name: string
  /** As `format_type` prints it. */
  readonly type: Sql
  /** What rows that exist will hold, as SQL over the columns before the plan; null: NULL. */
  readonly value: string | null
  /** True where rows hold it only after the backfill. */
  readonly filled: boolean
  /** False where the value is another each time it is asked: nothing can be proven about it beforehand. */
  readonly comparable: boolean
}

/** What earlier operations of the same plan bring: not there yet when precheck looks at the rows. And what they hide. */
export interface Pending {
  readonly tables: readonly RelationName[]
  readonly columns: readonly PendingColumn[]
  /** Columns that go at contract, and in whose place nothing comes. */
  readonly hidden: readonly ColumnName[]
}

/** A table and those of its columns that something is built on. */
export interface Use {
  readonly relation: RelationName
  readonly columns: readonly string[]
}

export const nothingPending: Pending = { tables: [], columns: [], hidden: [] }

/** Those columns of the uses that aren't there yet. */
export function pendingAmong(uses: readonly Use[], pending: Pending): readonly PendingColumn[] {
  return uses.flatMap(({ relation, columns }) =>
    pending.columns.filter((column) => isSameRelation(column.relation, relation) && columns.includes(column.name)),
  )
}

export function isPendingTable(relation: RelationName, pending: Pending): boolean {
  return pending.tables.some((table) => isSameRelation(table, relation))
}

/** What is built on filled columns follows the backfill: before that, rows don't hold what they will. */
export function phaseOf(uses: readonly Use[], pending: Pending): Phase {
  return pendingAmong(uses, pending).some(({ filled }) => filled) ? "backfill" : "expand"
}

/** Whether precheck can look at the rows: what they will hold in these columns is known. */
export function isProvable(uses: readonly Use[], pending: Pending): boolean {
  return pendingAmong(uses, pending).every(({ comparable }) => comparable)
}
