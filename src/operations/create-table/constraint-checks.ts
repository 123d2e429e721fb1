import type { Catalog } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName, isSameRelation } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { referenceFindings } from "../add-column/constraint-checks.ts"
import { keyReferenceFindings } from "../constraints/reference-findings.ts"
import { expressionFindings } from "../expression-findings.ts"
import type { OperationContext } from "../operation.ts"
import { isReserved, resolveTable } from "../table-name.ts"
import { refusal } from "../table-findings.ts"
import { isIndexNameTaken } from "../taken-names.ts"
import type { CreateTableInput, TableConstraintInput } from "./input.ts"
import { modelOf } from "./model-column.ts"

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
      if (!references || isSameRelation(resolveTable(references.table, context), relation)) return []
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
  if (constraint.type !== "foreign_key") return findings
  const { columns, references } = constraint
  const target = resolveTable(references.table, context)
  if (isSameRelation(target, relation)) return findings
  return [...findings, ...keyReferenceFindings(target, references.columns, columns.length, before, subject)]
}
