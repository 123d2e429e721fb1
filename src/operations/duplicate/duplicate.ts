import type { Column, Constraint, Index, Table } from "../../catalog/model.ts"
import type { OwnOfPartition } from "../../catalog/partition-own.ts"
import { fittingName, reservedPrefix } from "../names.ts"

/**
 * A column that is given another type, another promise or another name while applications write: a second column
 * takes its new shape, dual write keeps the two equal in meaning, and contract lets the second one take the place of
 * the first, which is hidden.
 */
export interface Duplicate {
  readonly table: Table
  /** The column as it is before the plan. */
  readonly column: Column
  /** What only partitions have on it: rights, for all else is refused. */
  readonly partitions: readonly OwnOfPartition[]
  /** What the second column is called until contract. */
  readonly physical: string
  /** The column as it is after the plan, by its name then. */
  readonly fresh: Column
  /** What the column promises from now on besides what it promised before, by the names and columns after the plan. */
  readonly extras: { readonly constraints: readonly Constraint[]; readonly indexes: readonly Index[] }
  /** What the old column is called from contract on. */
  readonly hidden: string
  /** Over the shape before the plan. */
  readonly up: string
  /** Over the shape after the plan. */
  readonly down: string
  readonly revision: string
  /** What step ids have after their phase: the table's name. */
  readonly scope: string
}

/** A name that no application knows, for a column that has to wait for its own until contract. */
export function duplicateName(column: string, revision: string): string {
  return fittingName(`${reservedPrefix}_new_${revision}_${column}`)
}

/** What people know the second column by until contract. */
export function shownName({ fresh }: Pick<Duplicate, "fresh">): string {
  return `${fresh.name} (new)`
}

/** What a copy of an index or constraint is called until the original gives up its name. */
export function copyName(original: string, revision: string): string {
  return fittingName(`${reservedPrefix}_new_${revision}_${original}`)
}
