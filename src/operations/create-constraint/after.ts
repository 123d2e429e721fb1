import { withTable, withTables } from "../../catalog/model.ts"
import type { Catalog, Constraint, Index, Table } from "../../catalog/model.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import { ident, sql } from "../../sql/sql.ts"
import { createIndexSql } from "../indexes/definition.ts"
import { columnsUsed, keyIndex } from "../indexes/spec.ts"
import { objectName } from "../names.ts"
import { byName } from "../sorted.ts"
import type { NewConstraint, NewKey } from "./resolved.ts"

/** The catalog with the constraint; a partitioned table's partitions have it too. */
export function afterCreateConstraint(constraint: NewConstraint, before: Catalog): Catalog {
  if ("key" in constraint) return withTable(before, withKey(constraint, before))
  const { table } = constraint
  const added: Constraint = {
    ...plain,
    name: constraint.name,
    kind: constraint.kind,
    columns: constraint.columns,
    definition: constraint.definition,
    references: constraint.kind === "foreign key" ? constraint.target : null,
  }
  return withTables(
    before,
    [table, ...partitionsOf(table, before)].map((one) => withConstraints(one, [added])),
  )
}

const plain = { validated: true, references: null, comment: null }

function withKey({ table, kind, key, name, definition }: NewKey, { serverMajor }: Catalog): Table {
  const { columns } = key
  const added: Constraint = { ...plain, name, kind, columns, definition }
  const index: Index = {
    name,
    columns,
    reads: columnsUsed(keyIndex(key)).toSorted(),
    unique: true,
    valid: true,
    definition: createIndexSql(keyIndex(key), "at once"),
    constraint: name,
  }
  const others = table.indexes.filter((other) => other.name !== name)
  const result = { ...withConstraints(table, [added]), indexes: [...others, index].toSorted(byName) }
  if (kind === "unique") return result
  const became = table.columns.filter((column) => columns.includes(column.name) && !column.notNull)
  // From 18 on, NOT NULL is a constraint with a name of its own.
  const notNulls = serverMajor < 18 ? [] : became.map((column) => notNull(table, column.name))
  return {
    ...withConstraints(result, notNulls),
    columns: table.columns.map((column) => (became.includes(column) ? { ...column, notNull: true } : column)),
  }
}

function notNull(table: Table, column: string): Constraint {
  const name = objectName(table.name, column, "not_null")
  return { ...plain, name, kind: "not null", columns: [column], definition: sql`NOT NULL ${ident(column)}` }
}

function withConstraints(table: Table, added: readonly Constraint[]): Table {
  return { ...table, constraints: [...table.constraints, ...added].toSorted(byName) }
}
