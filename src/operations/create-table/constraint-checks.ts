import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { referenceFindings } from "../add-column/constraint-checks.ts"
import { expressionFindings } from "../expression-findings.ts"
import type { OperationContext } from "../operation.ts"
import { isReserved, resolveTable } from "../table-name.ts"
import { refusal } from "../table-findings.ts"
import type { CreateTableInput, TableConstraintInput } from "./input.ts"
import { modelOf } from "./model-column.ts"
import { isIndexNameTaken } from "./resolved.ts"

/** What is wrong with a new table's constraints, those of its columns included. */
export function tableConstraintFindings(
  input: CreateTableInput,
  relation: RelationName,
  before: Catalog,
  context: OperationContext,
): readonly Finding[] {
  const own = input.constraints ?? []
  return [
    ...nameFindings(input, relation, before),
    ...keyFindings(input, relation),
    ...own.flatMap((constraint) => oneConstraint(constraint, input, relation, before, context)),
    ...input.columns.flatMap(({ name, references }) => {
      const subject = `${displayName(relation)}.${name}`
      if (!references || isItself(resolveTable(references.table, context), relation)) return []
      return referenceFindings(references, before, context, subject)
    }),
  ]
}

function nameFindings(input: CreateTableInput, relation: RelationName, before: Catalog): readonly Finding[] {
  const table = displayName(relation)
  const ofColumns = input.columns.flatMap(({ check, references }) => [check?.name ?? [], references?.name ?? []].flat())
  const own = input.constraints ?? []
  const names = [...ofColumns, ...own.map(({ name }) => name)]
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  const indexes = own.filter(({ type }) => type === "unique" || type === "primary_key").map(({ name }) => name)
  const taken = indexes.filter((name) => name === relation.name || isIndexNameTaken(before, relation.schema, name))
  return [
    ...[...twice, ...taken].map((name) =>
      refusal("CONSTRAINT_EXISTS", `${table}: ${name}`, "The name is taken already", "Choose another name."),
    ),
    ...names
      .filter(isReserved)
      .map((name) =>
        refusal(
          "RESERVED_NAME",
          `${table}: ${name}`,
          "Names that begin with _sluice are Sluice's own",
          "Choose another name.",
        ),
      ),
  ]
}

function keyFindings(input: CreateTableInput, relation: RelationName): readonly Finding[] {
  const own = (input.constraints ?? []).filter(({ type }) => type === "primary_key").length
  const count = own + (input.columns.some(({ pk }) => pk === true) ? 1 : 0)
  if (count < 2) return []
  return [
    refusal(
      "SEVERAL_PRIMARY_KEYS",
      displayName(relation),
      "A table has one primary key",
      "Name all its columns in one place: `pk: true` at each, or one constraint.",
    ),
  ]
}

function oneConstraint(
  constraint: TableConstraintInput,
  input: CreateTableInput,
  relation: RelationName,
  before: Catalog,
  context: OperationContext,
): readonly Finding[] {
  const subject = `${displayName(relation)}: ${constraint.name}`
  if (constraint.type === "check") {
    const table = { ...relation, columns: input.columns.map(modelOf) }
    return expressionFindings(constraint.check, subject, { table, also: [], inTrigger: false }, before)
  }
  const unknown = constraint.columns.filter((name) => !input.columns.some((column) => column.name === name))
  const findings = unknown.map((name) =>
    refusal("UNKNOWN_COLUMN", subject, `There is no column ${name}`, "Check the name."),
  )
  return constraint.type === "foreign_key"
    ? [...findings, ...targetFindings(constraint, relation, before, context, subject)]
    : findings
}

function targetFindings(
  { columns, references }: Extract<TableConstraintInput, { type: "foreign_key" }>,
  relation: RelationName,
  before: Catalog,
  context: OperationContext,
  subject: string,
): readonly Finding[] {
  const name = resolveTable(references.table, context)
  if (isItself(name, relation)) return []
  const target = findTable(before, name)
  if (!target)
    return [
      refusal(
        "UNKNOWN_TABLE",
        subject,
        `The foreign key points to ${displayName(name)}, which doesn't exist`,
        "Create it first, or check the name.",
      ),
    ]
  if (columns.length !== references.columns.length)
    return [
      refusal(
        "REFERENCE_MISMATCH",
        subject,
        `${columns.length} columns point to ${references.columns.length}`,
        "Name as many on either side.",
      ),
    ]
  const unknown = references.columns.filter((column) => !findColumn(target, column))
  if (unknown.length > 0)
    return unknown.map((column) =>
      refusal("UNKNOWN_COLUMN", subject, `${displayName(name)} has no column ${column}`, "Check the name."),
    )
  const isKey = target.constraints.some(
    (key) =>
      (key.kind === "primary key" || key.kind === "unique") &&
      key.columns.length === columns.length &&
      key.columns.every((column) => references.columns.includes(column)),
  )
  return isKey
    ? []
    : [
        refusal(
          "REFERENCE_NOT_UNIQUE",
          subject,
          `The columns of ${displayName(name)} are no key: a foreign key can't point to them`,
          "Point to the primary key or to unique columns.",
        ),
      ]
}

function isItself(target: RelationName, relation: RelationName): boolean {
  return target.schema === relation.schema && target.name === relation.name
}
