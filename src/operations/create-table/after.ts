import { withTable } from "../../catalog/model.ts"
import type { Catalog, Column, Constraint, Index } from "../../catalog/model.ts"
import { grantsOnNewTable } from "../../catalog/rights.ts"
import { ident, join, literal, qualified, sql } from "../../sql/sql.ts"
import { printedName } from "../../sql/printed-name.ts"
import { objectName } from "../names.ts"
import { byName } from "../sorted.ts"
import type { CreateTable, NewColumn } from "./resolved.ts"

/** The catalog with the new table. Whose it is can't be known before it is there. */
export function afterCreateTable(table: CreateTable, before: Catalog): Catalog {
  const { relation, columns, constraints, comment } = table
  const named = [...constraints, ...notNulls(table, before.serverMajor)]
  const result = withTable(before, {
    ...relation,
    owner: "",
    partitioning: "none",
    parent: null,
    persistence: "permanent",
    rowSecurity: { enabled: false, forced: false },
    replicaIdentity: "default",
    comment,
    columns: columns.map((column) => columnOf(column, table)),
    constraints: named.toSorted(byName),
    indexes: constraints.flatMap((constraint) => indexOf(constraint, table)).toSorted(byName),
    triggers: [],
    grants: grantsOnNewTable(before.rights, relation.schema),
    inheritance: null,
    dependents: [],
    columnDependents: [],
  })
  const sequences = columns
    .filter(({ type, identity }) => type.serial || identity !== null)
    .map(({ input }) => ({ schema: relation.schema, name: sequenceName(table, input.name), kind: "sequence" as const }))
  return { ...result, otherRelations: [...result.otherRelations, ...sequences] }
}

function columnOf({ input, type, notNull, default: text, generated, identity }: NewColumn, table: CreateTable): Column {
  const sequence = `${printedName(table.relation.schema)}.${printedName(sequenceName(table, input.name))}`
  return {
    name: input.name,
    type: type.name,
    notNull,
    default: type.serial ? sql`nextval(${literal(sequence)}::regclass)` : text,
    identity,
    generated,
    collation: null,
    comment: input.comment ?? null,
  }
}

function sequenceName({ relation }: CreateTable, column: string): string {
  return objectName(relation.name, column, "seq")
}

function indexOf({ name, kind, columns }: Constraint, { relation }: CreateTable): readonly Index[] {
  if (kind !== "primary key" && kind !== "unique") return []
  const definition = sql`CREATE UNIQUE INDEX ${ident(name)} ON ${qualified(relation)} USING btree (${join(columns.map(ident))})`
  return [{ name, columns, reads: columns.toSorted(), unique: true, valid: true, definition, constraint: name }]
}

/** From 18 on, NOT NULL is a constraint with a name of its own. */
function notNulls({ relation, columns }: CreateTable, serverMajor: number): readonly Constraint[] {
  if (serverMajor < 18) return []
  return columns
    .filter(({ notNull }) => notNull)
    .map(({ input: { name } }) => ({
      name: objectName(relation.name, name, "not_null"),
      kind: "not null",
      columns: [name],
      definition: sql`NOT NULL ${ident(name)}`,
      validated: true,
      references: null,
      comment: null,
    }))
}
