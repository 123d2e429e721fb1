import type { Catalog, Constraint } from "../../catalog/model.ts"
import type { RelationName } from "../../domain/relation.ts"
import { parseTypeName } from "../../sql/type-name.ts"
import type { ParsedType } from "../../sql/type-name.ts"
import { defaultText, isNullable } from "../column-definition.ts"
import type { ColumnInput } from "../column-definition.ts"
import { checkSql, foreignKeySql, keySql } from "../constraints/definition.ts"
import type { KeyParts } from "../constraints/definition.ts"
import { freeName, objectName } from "../names.ts"
import type { OperationContext } from "../operation.ts"
import { resolveTable } from "../table-name.ts"
import { isIndexNameTaken } from "../taken-names.ts"
import type { CreateTableInput, TableConstraintInput } from "./input.ts"

/** A column of the new table. */
export interface NewColumn {
  readonly input: ColumnInput
  readonly type: ParsedType
  readonly notNull: boolean
  readonly default: string | null
  readonly generated: string | null
  readonly identity: "always" | "by default" | null
}

/** A `create_table` understood: every constraint with its name, whether it was written at a column or at the table. */
export interface CreateTable {
  readonly relation: RelationName
  readonly columns: readonly NewColumn[]
  readonly constraints: readonly Constraint[]
  readonly comment: string | null
}

export function resolveCreateTable(input: CreateTableInput, before: Catalog, context: OperationContext): CreateTable {
  const relation = resolveTable(input.name, context)
  const constraints = constraintsOf(input, relation, before, context)
  const keys = constraints.filter(({ kind }) => kind === "primary key").flatMap(({ columns }) => columns)
  const columns = input.columns.map((column): NewColumn => {
    const type = parseTypeName(column.type, context.defaultSchema)
    const specified = column.generated?.identity
    const identity = specified ? (specified.user_specified_values === "BY DEFAULT" ? "by default" : "always") : null
    return {
      input: column,
      type,
      notNull: !isNullable(column) || type.serial || identity !== null || keys.includes(column.name),
      default: defaultText(column),
      generated: column.generated?.expression ?? null,
      identity,
    }
  })
  return { relation, columns, constraints, comment: input.comment ?? null }
}

function constraintsOf(
  input: CreateTableInput,
  relation: RelationName,
  before: Catalog,
  context: OperationContext,
): readonly Constraint[] {
  const taken = new Set((input.constraints ?? []).map(({ name }) => name))
  const nameFor = (column: string | null, label: string): string => {
    const name = freeName(
      objectName(relation.name, column, label),
      (candidate) => taken.has(candidate) || isIndexNameTaken(before, relation.schema, candidate),
    )
    taken.add(name)
    return name
  }
  const key = input.columns.filter(({ pk }) => pk === true).map(({ name }) => name)
  const result: Constraint[] = []
  if (key.length > 0) result.push(keyed(nameFor(null, "pkey"), "primary key", { columns: key }))
  for (const { name, unique, check, references } of input.columns) {
    if (unique === true) result.push(keyed(nameFor(name, "key"), "unique", { columns: [name] }))
    if (check)
      result.push({
        ...plain,
        name: check.name,
        kind: "check",
        columns: [name],
        definition: checkSql(check.constraint),
      })
    if (references) {
      const target = resolveTable(references.table, context)
      const definition = foreignKeySql([name], target, [references.column], references)
      result.push({
        ...plain,
        name: references.name,
        kind: "foreign key",
        columns: [name],
        definition,
        references: target,
      })
    }
  }
  return [...result, ...(input.constraints ?? []).map((constraint) => tableConstraint(constraint, context))]
}

const plain = { validated: true, references: null, comment: null }

function keyed(name: string, kind: "primary key" | "unique", key: KeyParts): Constraint {
  return { ...plain, name, kind, columns: key.columns, definition: keySql(kind, key) }
}

function tableConstraint(constraint: TableConstraintInput, context: OperationContext): Constraint {
  const { name } = constraint
  switch (constraint.type) {
    case "primary_key":
      return keyed(name, "primary key", constraint)
    case "unique":
      return keyed(name, "unique", constraint)
    case "check":
      return { ...plain, name, kind: "check", columns: [], definition: checkSql(constraint.check) }
    case "foreign_key": {
      const { columns, references } = constraint
      const target = resolveTable(references.table, context)
      const definition = foreignKeySql(columns, target, references.columns, { ...constraint, ...references })
      return { ...plain, name, kind: "foreign key", columns, definition, references: target }
    }
  }
}
