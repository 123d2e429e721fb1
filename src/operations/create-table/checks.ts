import { findTable } from "../../catalog/model.ts"
import type { Catalog } from "../../catalog/model.ts"
import { UserError } from "../../domain/errors.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName, isSameRelation } from "../../domain/relation.ts"
import type { RelationName } from "../../domain/relation.ts"
import { parseTypeName } from "../../sql/type-name.ts"
import { defaultText } from "../column-definition.ts"
import type { ColumnInput } from "../column-definition.ts"
import { mostColumns, systemColumns } from "../column-limits.ts"
import { expressionFindings } from "../expression-findings.ts"
import type { OperationContext } from "../operation.ts"
import { isReserved, resolveTable } from "../table-name.ts"
import { refusal, warning } from "../table-findings.ts"
import type { CreateTableInput } from "./input.ts"
import { modelOf } from "./model-column.ts"
import { tableConstraintFindings } from "./constraint-checks.ts"

/** Everything that can be said about a `create_table` before the database is asked. */
export function checkCreateTable(
  input: CreateTableInput,
  before: Catalog,
  context: OperationContext,
): readonly Finding[] {
  const relation = resolveTable(input.name, context)
  return [
    ...placeFindings(relation, before),
    ...input.columns.flatMap((column) => columnFindings(column, input, relation, before, context)),
    ...countFindings(input, relation),
    ...tableConstraintFindings(input, relation, before, context),
  ]
}

function placeFindings(relation: RelationName, before: Catalog): readonly Finding[] {
  const subject = displayName(relation)
  const findings: Finding[] = []
  if (!before.schemas.includes(relation.schema))
    findings.push(
      refusal(
        "UNKNOWN_SCHEMA",
        subject,
        `There is no schema ${relation.schema}`,
        "Create it first, or check the name.",
      ),
    )
  if (findTable(before, relation) || before.otherRelations.some((other) => isSameRelation(other, relation)))
    findings.push(refusal("TABLE_EXISTS", subject, "The name is taken already", "Choose another name."))
  if (isReserved(relation.name) || relation.schema === "sluice" || relation.schema.startsWith("pg_"))
    findings.push(
      refusal("RESERVED_NAME", subject, "The name is reserved for Sluice or PostgreSQL", "Choose another name."),
    )
  return findings
}

function countFindings(input: CreateTableInput, relation: RelationName): readonly Finding[] {
  const subject = displayName(relation)
  const names = input.columns.map(({ name }) => name)
  const findings = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) =>
      refusal(
        "COLUMN_EXISTS",
        `${subject}.${name}`,
        "The table would have two columns of that name",
        "Rename one of them.",
      ),
    )
  if (names.length > mostColumns)
    findings.push(
      refusal(
        "TOO_MANY_COLUMNS",
        subject,
        `The table would have ${names.length} columns; PostgreSQL allows ${mostColumns}`,
        "Split it.",
      ),
    )
  const hasKey =
    input.columns.some(({ pk }) => pk === true) || (input.constraints ?? []).some(({ type }) => type === "primary_key")
  if (!hasKey)
    findings.push(
      warning(
        "NO_KEY",
        subject,
        "The table has no primary key: later changes of it are slower, and its rows can't be named",
        "Add a primary key.",
      ),
    )
  return findings
}

function columnFindings(
  column: ColumnInput,
  input: CreateTableInput,
  relation: RelationName,
  before: Catalog,
  context: OperationContext,
): readonly Finding[] {
  const subject = `${displayName(relation)}.${column.name}`
  const findings: Finding[] = []
  if (isReserved(column.name) || systemColumns.has(column.name))
    findings.push(
      refusal("RESERVED_NAME", subject, "The name is reserved for Sluice or PostgreSQL", "Choose another name."),
    )
  const ways = [defaultText(column), column.generated?.expression, column.generated?.identity].filter(
    (way) => way !== null && way !== undefined,
  )
  try {
    if (parseTypeName(column.type, context.defaultSchema).serial) ways.push("serial")
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    findings.push({ ...error.finding, subject })
  }
  if (ways.length > 1)
    findings.push(
      refusal(
        "SEVERAL_DEFAULTS",
        subject,
        "It has more than one of default, generated expression, identity and serial",
        "Keep one of them.",
      ),
    )
  const table = { ...relation, columns: input.columns.map(modelOf) }
  const expect = (
    what: string,
    text: string | undefined | null,
    scope: Parameters<typeof expressionFindings>[2],
  ): void => {
    if (text !== undefined && text !== null)
      findings.push(...expressionFindings(text, `${subject}: ${what}`, scope, before))
  }
  expect("default", defaultText(column), { table: { ...table, columns: [] }, also: [], inTrigger: false })
  expect("generated", column.generated?.expression, { table, also: [], inTrigger: true })
  expect("check", column.check?.constraint, { table, also: [], inTrigger: false })
  return findings
}
