import { findColumn } from "../../catalog/model.ts"
import type { Table } from "../../catalog/model.ts"
import type { Walk } from "./ranges.ts"

/**
 * Types whose order is PostgreSQL's own, found with `search_path` pinned to pg_catalog. A citext, say, would be
 * compared as text there, in another order than its index has: such keys are not followed.
 */
const orderedTypes: ReadonlySet<string> = new Set([
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "text",
  "character varying",
  "character",
  "uuid",
  "date",
  "timestamp without time zone",
  "timestamp with time zone",
  "bytea",
  "oid",
])

/**
 * What ranges of the table follow: its primary key, else a unique constraint or plain unique index without nullable
 * columns, else the place of the rows (`ctid`).
 */
export function walkOf(table: Table): Walk {
  const { schema, name } = table
  const key = usableKey(table) ?? []
  return {
    relation: { schema, name },
    key: key.map((column) => ({ name: column, type: findColumn(table, column)?.type ?? "text" })),
    identity: identifyingKey(table),
    partitioned: table.partitioning === "parent",
  }
}

/** The columns of the best key, or null where there is none that ranges can follow. */
export function usableKey(table: Table): readonly string[] | null {
  return uniqueColumns(table).find((columns) => columns.every((column) => isOrdered(table, column))) ?? null
}

/**
 * The columns by which a row is found again, wherever it lies: the key that ranges follow, else any other that allows no
 * NULL. Null: there is none.
 */
export function identifyingKey(table: Table): readonly string[] | null {
  const isRequired = (column: string): boolean => findColumn(table, column)?.notNull ?? false
  return usableKey(table) ?? uniqueColumns(table).find((columns) => columns.every(isRequired)) ?? null
}

/** Lists of columns by which at most one row is found at any moment, the likeliest first. They may allow NULL. */
export function uniqueColumns(table: Table): readonly (readonly string[])[] {
  const immediate = table.constraints.filter((constraint) => !/\bDEFERRABLE\b/.test(constraint.definition))
  return [
    ...immediate.filter(({ kind }) => kind === "primary key"),
    ...immediate.filter(({ kind }) => kind === "unique"),
    ...table.indexes.filter(isPlainUnique),
  ]
    .map(({ columns }) => columns)
    .filter((columns) => columns.length > 0)
}

function isPlainUnique(index: Table["indexes"][number]): boolean {
  // No expression, condition, INCLUDE or operator class: `… USING btree (a, b)` is all there is.
  return index.unique && index.valid && index.constraint === null && / USING btree \([^()]*\)$/.test(index.definition)
}

function isOrdered(table: Table, name: string): boolean {
  const column = findColumn(table, name)
  if (!column?.notNull || column.collation !== null) return false
  return orderedTypes.has(column.type.replace(/\([\d,]+\)/, ""))
}
