import { canonicalJson } from "../domain/canonical.ts"
import { findColumn, keyOf } from "../catalog/model.ts"
import type { Catalog, Column, Table } from "../catalog/model.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { ColumnName } from "../domain/relation.ts"
import type { SyncPart } from "../operations/operation.ts"
import { nothingPending, pendingAmong } from "../operations/pending.ts"
import type { PendingColumn } from "../operations/pending.ts"

/** What operations of a plan do to columns, besides what their `after` says. */
export interface Movements {
  /** Columns that are there under their final names before contract. */
  readonly added: readonly PendingColumn[]
  /** Parts of dual write: columns of a group's old side go away with contract, whatever bears their names then. */
  readonly parts: readonly SyncPart[]
  /** Columns that contract hides, and in whose place nothing comes. */
  readonly hidden: readonly ColumnName[]
}

/**
 * The part of the shape `after` some operations that is there before contract already and stays: something that is
 * built on it by then is still there afterwards. Tables that the plan creates are; columns that were there before are
 * where no operation changes them, others where an operation says that it adds them. A name that is taken until
 * contract stays taken.
 */
export function settled(start: Catalog, after: Catalog, { added, parts }: Movements): Catalog {
  const stays = (table: Table, before: Table, column: Column): boolean => {
    if (parts.some(({ relation, group }) => isSameRelation(relation, table) && group.old.some(isNamed(column.name))))
      return false
    const isAdded = pendingAmong([{ relation: table, columns: [column.name] }], { ...nothingPending, columns: added })
    return isAdded.length > 0 || isUnchanged(column, findColumn(before, column.name))
  }
  const starts = new Map(start.tables.map((table) => [keyOf(table), table]))
  const settle = (table: Table): Table => {
    const before = starts.get(keyOf(table))
    // A partition's columns are its parent's.
    if (!before || table.partitioning === "partition") return table
    const leaving = before.constraints.filter(({ name }) => !table.constraints.some(isNamed(name)))
    return {
      ...table,
      columns: table.columns.filter((column) => stays(table, before, column)),
      constraints: [...table.constraints, ...leaving],
    }
  }
  return { ...after, tables: after.tables.map(settle) }
}

/** A catalog without the tables and columns that aren't in another. */
export function restricted(catalog: Catalog, to: Catalog): Catalog {
  const others = new Map(to.tables.map((table) => [keyOf(table), table]))
  const tables = catalog.tables.flatMap((table) => {
    const other = others.get(keyOf(table))
    return other ? [{ ...table, columns: table.columns.filter(({ name }) => findColumn(other, name)) }] : []
  })
  return { ...catalog, tables }
}

/** Whether what is built on it stays: a comment and a default are nothing to build on. */
function isUnchanged(column: Column, before: Column | undefined): boolean {
  const shape = (of: Column): string => canonicalJson({ ...of, comment: null, default: null })
  return before !== undefined && shape(column) === shape(before)
}

function isNamed(wanted: string): (thing: { readonly name: string }) => boolean {
  return ({ name }) => name === wanted
}
