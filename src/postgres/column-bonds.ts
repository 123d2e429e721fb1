import type { BondKind, ColumnBond } from "../domain/column-bond.ts"
import type { ColumnName } from "../domain/relation.ts"
import type { Session } from "./session.ts"
import { columnBondsSql, columnHoldersSql } from "./sql/column-bonds.ts"
import { columnDependentsSql } from "./sql/column-dependents.ts"

/** A bond with the column that was asked about. */
export interface BondOf<Column extends ColumnName> extends ColumnBond {
  readonly column: Column
  /** Whether an INSERT that doesn't name the column gives it a value all the same. */
  readonly fills: boolean
}

/** What could refuse a write because of one of the columns, in the table and in each of its partitions. */
export async function columnBonds<Column extends ColumnName>(
  session: Session,
  columns: readonly Column[],
): Promise<readonly BondOf<Column>[]> {
  const rows = await session.ask<BondRow>(columnBondsSql(columns))
  return rows.flatMap(({ position, schema, table, ...bond }) => {
    const column = columns[position - 1]
    return column ? [{ ...bond, column, table: { schema, name: table } }] : []
  })
}

/**
 * What uses one of the columns and would stop it from being dropped: views, policies, publications, foreign keys of other
 * tables and so on. `versions`: version schemas of ours, whose views don't count.
 */
export async function columnUsers<Column extends ColumnName>(
  session: Session,
  columns: readonly Column[],
  versions: readonly string[],
): Promise<readonly BondOf<Column>[]> {
  const holders = await session.ask<HolderRow>(columnHoldersSql(columns))
  const users = await session.query<UserRow>(columnDependentsSql, [
    [...new Set(holders.map(({ oid }) => oid))],
    versions,
  ])
  return holders.flatMap(({ position, oid, schema, table }) => {
    const column = columns[position - 1]
    if (!column) return []
    return users
      .filter((user) => user.relation === oid && user.column === column.column)
      .map(({ dependent }) => ({
        kind: "user",
        column,
        table: { schema, name: table },
        name: dependent,
        partitioned: false,
        fills: false,
      }))
  })
}

interface BondRow {
  readonly position: number
  readonly schema: string
  readonly table: string
  readonly kind: BondKind
  readonly name: string | null
  readonly partitioned: boolean
  readonly fills: boolean
}

interface HolderRow {
  readonly position: number
  readonly oid: string
  readonly schema: string
  readonly table: string
}

interface UserRow {
  readonly relation: string
  readonly column: string
  readonly dependent: string
}
