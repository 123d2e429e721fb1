import type { Column, Constraint, Index, Table } from "../../catalog/model.ts"
import type { OwnOfPartition } from "../../catalog/partition-own.ts"
import type { HiddenColumn } from "./hide-column.ts"

/** What a column is bound to and would refuse a write for. */
export interface Bonds {
  /** Checks and foreign keys. */
  readonly constraints: readonly Constraint[]
  readonly unique: readonly UniqueBond[]
}

/** A unique index, with the constraint that owns it where one does. */
export interface UniqueBond {
  readonly index: Index
  readonly constraint: Constraint | null
}

/** Of a table; or of a partition, by what it has of its own. */
export function bondsOf(
  { constraints, indexes }: Pick<Table | OwnOfPartition, "constraints" | "indexes">,
  column: string,
): Bonds {
  const ownerOf = (index: Index): Constraint | null => constraints.find(({ name }) => name === index.constraint) ?? null
  return {
    constraints: constraints.filter(
      ({ kind, columns }) => (kind === "check" || kind === "foreign key") && columns.includes(column),
    ),
    unique: indexes
      .filter(({ unique, reads }) => unique && reads.includes(column))
      .map((index) => ({ index, constraint: ownerOf(index) })),
  }
}

/** One of the tables that a column is bound in: the table itself, or a partition by what it has of its own. */
export interface Holder {
  readonly table: Table
  readonly column: Column
  readonly bonds: Bonds
  /** The column's NOT NULL begins here. */
  readonly required: boolean
  /** Of a partition: whether its default isn't that of the whole. */
  readonly otherDefault: boolean
}

/** The table itself, then its partitions. */
export function holdersOf({ table, column, partitions, earlier }: HiddenColumn): readonly Holder[] {
  return [
    {
      table,
      column,
      bonds: without(earlier, bondsOf(table, column.name)),
      required: column.notNull,
      otherDefault: false,
    },
    ...partitions.map((own) => ({
      table: own.partition,
      column: own.column,
      bonds: without(earlier, bondsOf(own, column.name)),
      required: own.notNull,
      otherDefault: own.otherDefault,
    })),
  ]
}

function without(earlier: readonly string[], { constraints, unique }: Bonds): Bonds {
  const isFree = (columns: readonly string[]): boolean => !columns.some((name) => earlier.includes(name))
  return {
    constraints: constraints.filter(({ columns }) => isFree(columns)),
    unique: unique.filter(({ index }) => isFree(index.reads)),
  }
}
