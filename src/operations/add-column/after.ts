import { withTables } from "../../catalog/model.ts"
import type { Catalog, Column, Constraint, Index, Table } from "../../catalog/model.ts"
import { partitionsOf } from "../../catalog/partitions.ts"
import { ident, qualified, sql } from "../../sql/sql.ts"
import { checkSql, foreignKeySql } from "../constraints/definition.ts"
import type { OperationContext } from "../operation.ts"
import { objectName } from "../names.ts"
import { byName } from "../sorted.ts"
import { resolveTable } from "../table-name.ts"
import type { AddColumn } from "./resolved.ts"

/** The catalog once the column is there for good. Definitions as we write them: see same-definition.ts for comparing. */
export function afterAddColumn(add: AddColumn, before: Catalog, context: OperationContext): Catalog {
  const { table, column } = add
  const added: Column = {
    name: column.name,
    type: add.type,
    notNull: !add.nullable,
    default: add.default,
    identity: null,
    generated: null,
    collation: null,
    comment: column.comment ?? null,
  }
  const constraints = constraintsOf(add, before, context)
  const changed: Table = {
    ...table,
    columns: [...table.columns, added],
    constraints: [...table.constraints, ...constraints].toSorted(byName),
    indexes: [...table.indexes, ...indexesOf(add)].toSorted(byName),
  }
  // Partitions get the column and its constraints, but no comment.
  const followers = partitionsOf(table, before).map((partition): Table => {
    const columns = [...partition.columns, { ...added, comment: null }]
    return { ...partition, columns, constraints: [...partition.constraints, ...constraints].toSorted(byName) }
  })
  return withTables(before, [changed, ...followers])
}

/** What the column promises besides its type. */
export function constraintsOf(add: AddColumn, before: Catalog, context: OperationContext): readonly Constraint[] {
  const { column, table } = add
  const common = { columns: [column.name], validated: true, references: null, comment: null }
  const constraints: Constraint[] = []
  if (column.unique === true)
    constraints.push({
      ...common,
      name: add.uniqueName,
      kind: "unique",
      definition: sql`UNIQUE (${ident(column.name)})`,
    })
  if (column.check)
    constraints.push({
      ...common,
      name: column.check.name,
      kind: "check",
      definition: checkSql(column.check.constraint),
    })
  if (column.references) {
    const target = resolveTable(column.references.table, context)
    const definition = foreignKeySql([column.name], target, [column.references.column], column.references)
    constraints.push({ ...common, name: column.references.name, kind: "foreign key", definition, references: target })
  }
  // From 18 on, NOT NULL is a constraint with a name of its own.
  if (!add.nullable && before.serverMajor >= 18) {
    const name = objectName(table.name, column.name, "not_null")
    constraints.push({ ...common, name, kind: "not null", definition: sql`NOT NULL ${ident(column.name)}` })
  }
  return constraints
}

export function indexesOf(add: AddColumn): readonly Index[] {
  if (add.column.unique !== true) return []
  const name = add.uniqueName
  const definition = sql`CREATE UNIQUE INDEX ${ident(name)} ON ${qualified(add.relation)} USING btree (${ident(add.column.name)})`
  return [
    {
      name,
      columns: [add.column.name],
      reads: [add.column.name],
      unique: true,
      valid: true,
      definition,
      constraint: name,
    },
  ]
}
