import { hasErrors } from "../../domain/finding.ts"
import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Table } from "../../catalog/model.ts"
import { UserError } from "../../domain/errors.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { parseTypeName } from "../../sql/type-name.ts"
import { defaultText, isNullable } from "../column-definition.ts"
import { mostColumns, systemColumns } from "../column-limits.ts"
import { computedFindings } from "../computed-findings.ts"
import { expressionFindings, readsNewColumn } from "../expression-findings.ts"
import { domainsDefaultFindings, newDomainFindings } from "../new-domain-findings.ts"
import { oldWriteFindings } from "../failing-writes.ts"
import type { OperationContext, PlanContext } from "../operation.ts"
import { isReserved, resolveTable } from "../table-name.ts"
import { widerRowFindings } from "../wider-row-findings.ts"
import { refusal, tableFindings, warning } from "../table-findings.ts"
import { domainFindings } from "../sync/domain-findings.ts"
import { typedTableFindings } from "../typed-table-findings.ts"
import { usableKey } from "../sync/walk-key.ts"
import { parseExpression } from "../../sql/parser.ts"
import { constraintFindings } from "./constraint-checks.ts"
import type { AddColumnInput } from "./input.ts"
import { fillOf } from "./resolved.ts"

/** Everything that can be said about an `add_column` before the database is asked. */
export function checkAddColumn(input: AddColumnInput, current: Catalog, context: PlanContext): readonly Finding[] {
  const relation = resolveTable(input.table, context)
  const blocked = tableFindings(relation, current)
  const table = findTable(current, relation)
  if (!table) return blocked
  const subject = `${displayName(relation)}.${input.column.name}`
  const broken = [
    ...nameFindings(input, table, subject),
    ...typedTableFindings(table),
    ...typeFindings(input, current, subject, context),
    ...kindFindings(input, subject),
    ...expressionsFindings(input, table, findTable(context.before, relation) ?? table, current, subject),
  ]
  // What follows looks at the expressions, so they have to be sound.
  if (hasErrors(broken)) return [...blocked, ...broken]
  return [
    ...blocked,
    ...broken,
    ...constraintFindings(input, table, current, context, subject),
    ...fillFindings(input, table, current, subject),
    ...(fillOf(input, current) === null
      ? []
      : domainFindings(parseTypeName(input.column.type, context.defaultSchema).name, current, subject)),
    ...widerRowFindings(table, current),
  ]
}

function nameFindings(input: AddColumnInput, table: Table, subject: string): readonly Finding[] {
  const { name } = input.column
  const findings: Finding[] = []
  if (findColumn(table, name))
    findings.push(
      refusal(
        "COLUMN_EXISTS",
        subject,
        "The table has a column of that name already",
        "Choose another name, or use alter_column.",
      ),
    )
  if (isReserved(name))
    findings.push(
      refusal("RESERVED_NAME", subject, "Names that begin with _sluice are Sluice's own", "Choose another name."),
    )
  if (systemColumns.has(name))
    findings.push(
      refusal("RESERVED_NAME", subject, "PostgreSQL has a system column of that name", "Choose another name."),
    )
  if (table.columns.length + 2 > mostColumns)
    findings.push(
      refusal(
        "TOO_MANY_COLUMNS",
        subject,
        `The table has ${table.columns.length} columns; PostgreSQL allows ${mostColumns}, and dual write needs one of its own`,
        "Drop columns first, or split the table.",
      ),
    )
  return findings
}

function typeFindings(
  input: AddColumnInput,
  catalog: Catalog,
  subject: string,
  context: OperationContext,
): readonly Finding[] {
  try {
    const { name, serial } = parseTypeName(input.column.type, context.defaultSchema)
    if (!serial) {
      const hasOwnValue = input.up !== undefined || defaultText(input.column) !== null
      return [
        ...newDomainFindings(name, catalog, subject),
        ...(hasOwnValue ? [] : domainsDefaultFindings(name, catalog, subject)),
      ]
    }
    return [
      refusal(
        "SERIAL_COLUMN",
        subject,
        "A serial column would rewrite the table under lock",
        "Add the column with `up`, then give it a sequence's nextval as default.",
      ),
    ]
  } catch (error) {
    if (error instanceof UserError) return [{ ...error.finding, subject }]
    throw error
  }
}

/** What add_column can't do without rewriting the table while everybody waits. */
function kindFindings({ column, up }: AddColumnInput, subject: string): readonly Finding[] {
  const findings: Finding[] = []
  if (column.generated?.expression !== undefined || column.generated?.identity !== undefined)
    findings.push(
      refusal(
        "GENERATED_COLUMN",
        subject,
        "A generated or identity column would rewrite the table under lock",
        "Add a plain column with `up`; it is filled while applications write.",
      ),
    )
  if (column.pk === true)
    findings.push(
      refusal(
        "PRIMARY_KEY_COLUMN",
        subject,
        "A primary key can't be added with a column",
        "Add the column with `unique: true` and nullable: false, then create_constraint.",
      ),
    )
  const hasValue = up !== undefined || defaultText(column) !== null
  if (!isNullable(column) && !hasValue)
    findings.push(
      refusal(
        "NOT_NULL_WITHOUT_VALUE",
        subject,
        "Rows that exist would hold NULL in a column that doesn't allow it (nullable is false unless said otherwise)",
        "Say what they shall hold with `up` or `default`, or set `nullable: true`.",
      ),
    )
  return findings
}

function expressionsFindings(
  input: AddColumnInput,
  table: Table,
  /** As it is before the plan: what `up` sees. */
  old: Table,
  catalog: Catalog,
  subject: string,
): readonly Finding[] {
  const { column, up } = input
  const findings: Finding[] = []
  if (up !== undefined) {
    const scope = { table: old, also: [], inTrigger: true }
    const found = expressionFindings(up, `${subject}: up`, scope, catalog)
    findings.push(
      ...found.map((finding) =>
        finding.code === "UNKNOWN_COLUMN" && readsItself(up, column.name) ? readsNewColumn(finding.subject) : finding,
      ),
    )
  }
  const text = defaultText(column)
  if (text !== null) {
    const scope = { table: { ...table, columns: [] }, also: [], inTrigger: false }
    findings.push(...expressionFindings(text, `${subject}: default`, scope, catalog))
  }
  if (column.check) {
    const scope = { table, also: [column.name], inTrigger: false }
    findings.push(...expressionFindings(column.check.constraint, `${subject}: check`, scope, catalog))
  }
  return findings
}

function readsItself(up: string, column: string): boolean {
  return parseExpression(up).columns.includes(column)
}

/** What has to be known about filling the column. */
function fillFindings(input: AddColumnInput, table: Table, catalog: Catalog, subject: string): readonly Finding[] {
  const fill = fillOf(input, catalog)
  if (fill === null) return []
  const { column, up } = input
  const promises = {
    type: column.type,
    notNull: !isNullable(column),
    check: column.check?.name ?? null,
    unique: column.unique === true,
  }
  return [
    ...computedFindings(fill, table, catalog, subject, column.type),
    ...(up === undefined ? [] : oldWriteFindings(up, table, promises, subject)),
    ...(up !== undefined && promises.notNull && defaultText(column) === null ? [requiredFromContract(subject)] : []),
    ...keyFindings(table),
  ]
}

/** Until contract the trigger gives the value; what is refused afterwards was fine for weeks. */
function requiredFromContract(subject: string): Finding {
  return warning(
    "REQUIRED_FROM_CONTRACT",
    subject,
    "From contract on nothing computes the column any more, and an INSERT that doesn't name it fails (23502): it is required and has no default",
    "Have every application write it before you let the run through the gate contract; or give it a default, or `nullable: true`.",
  )
}

function keyFindings(table: Table): readonly Finding[] {
  if (usableKey(table) !== null) return []
  return [
    warning(
      "NO_KEY",
      displayName(table),
      "The table has no key that ranges could follow: it is filled by the place of its rows, and offending rows are listed by ctid",
      "A primary key makes both quicker and the lists readable.",
    ),
  ]
}
