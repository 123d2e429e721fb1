import { hasErrors } from "../../domain/finding.ts"
import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { UserError } from "../../domain/errors.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { parseTypeName } from "../../sql/type-name.ts"
import { constraintFindings } from "../add-column/constraint-checks.ts"
import { purgeFindings } from "../archive/purge-findings.ts"
import { mostColumns } from "../column-limits.ts"
import { computedFindings } from "../computed-findings.ts"
import { downFindings } from "../down-findings.ts"
import { duplicateFindings } from "../duplicate/duplicate-findings.ts"
import { expressionFindings } from "../expression-findings.ts"
import { functionFindings } from "../hide/function-findings.ts"
import { keepFindings } from "../hide/keep-findings.ts"
import { triggerFindings } from "../hide/trigger-findings.ts"
import { oldWriteFindings } from "../failing-writes.ts"
import type { PlanContext } from "../operation.ts"
import { missingColumn, refusal, tableFindings, warning } from "../table-findings.ts"
import { resolveTable } from "../table-name.ts"
import { typedTableFindings } from "../typed-table-findings.ts"
import type { AlterColumnInput } from "./input.ts"
import { requiredPartitionFindings } from "./required-partitions.ts"
import { needsDuplicate } from "./resolved.ts"

/** Everything that can be said about an `alter_column` before the database is asked. */
export function checkAlterColumn(input: AlterColumnInput, current: Catalog, context: PlanContext): readonly Finding[] {
  const relation = resolveTable(input.table, context)
  const blocked = tableFindings(relation, current)
  const table = findTable(current, relation)
  if (!table) return blocked
  const column = findColumn(table, input.column)
  if (!column) return [...blocked, missingColumn(input.column, table)]
  const subject = `${displayName(relation)}.${input.column}`
  const broken = [
    ...typeFindings(input, subject, context),
    ...changeFindings(input, column, subject),
    ...expressionsFindings(input, table, current, context, subject),
  ]
  if (hasErrors(broken)) return [...blocked, ...broken]
  const isDuplicated = needsDuplicate(input, column, context.defaultSchema)
  return [
    ...blocked,
    ...broken,
    ...constraintFindings(asAdded(input, column), table, current, context, subject),
    ...(isDuplicated
      ? [
          ...typedTableFindings(table),
          ...keepFindings(table, column),
          ...duplicateFindings(table, column, typeOf(input, column, context), subject, current),
          ...readerFindings(table, column, typeOf(input, column, context), current),
          ...purgeFindings(table, column, context),
          ...pairFindings(input, column, subject, context),
          ...writeFindings(input, table, column, subject),
          ...(table.columns.length + 2 > mostColumns ? [tooMany(table, subject)] : []),
        ]
      : [...bindingFindings(input, column, subject), ...requiredPartitionFindings(input, table, column, current)]),
  ]
}

/** Who reads the column without PostgreSQL knowing it. */
function readerFindings(table: Table, column: Column, type: string, catalog: Catalog): readonly Finding[] {
  const { schema, name } = table
  const named = { relation: { schema, name }, column: column.name }
  return [
    ...triggerFindings(table, column, catalog, { computed: true, becomes: type }),
    ...(type === column.type ? [] : functionFindings(named, catalog, type)),
  ]
}

function typeOf({ type }: AlterColumnInput, column: Column, { defaultSchema }: PlanContext): string {
  return type === undefined ? column.type : parseTypeName(type, defaultSchema).name
}

function asAdded({ check, unique, references }: AlterColumnInput, { name, type }: Column) {
  const column = {
    name,
    type,
    unique: unique !== undefined,
    ...(check && { check }),
    ...(references && { references }),
  }
  return { table: "", column }
}

function typeFindings({ type }: AlterColumnInput, subject: string, { defaultSchema }: PlanContext): readonly Finding[] {
  if (type === undefined) return []
  try {
    if (!parseTypeName(type, defaultSchema).serial) return []
    return [
      refusal("SERIAL_COLUMN", subject, "serial is no type but a shorthand for a sequence", "Name the integer type."),
    ]
  } catch (error) {
    if (error instanceof UserError) return [{ ...error.finding, subject }]
    throw error
  }
}

function changeFindings(input: AlterColumnInput, column: Column, subject: string): readonly Finding[] {
  if (column.identity !== null || column.generated !== null)
    return [
      refusal(
        "GENERATED_COLUMN",
        subject,
        "The database itself computes this column, so it can't be altered while applications write",
        "Add a plain column with add_column and `up`, then drop this one.",
      ),
    ]
  const { table: _table, column: _column, ...changes } = input
  if (Object.keys(changes).length > 0) return []
  return [
    refusal(
      "NOTHING_TO_CHANGE",
      subject,
      "Nothing is said of what shall change",
      "Say type, nullable, default, check, unique, references or comment.",
    ),
  ]
}

function expressionsFindings(
  { column: name, up, down, check, default: value }: AlterColumnInput,
  table: Table,
  catalog: Catalog,
  context: PlanContext,
  subject: string,
): readonly Finding[] {
  const findings: Finding[] = []
  const old = findTable(context.before, table) ?? table
  if (up !== undefined) {
    const found = expressionFindings(up, `${subject}: up`, { table: old, also: [], inTrigger: true }, catalog)
    const isSound = !hasErrors(found)
    findings.push(...found, ...(isSound ? computedFindings(up, table, catalog, subject) : []))
  }
  const column = findColumn(table, name)
  if (down !== undefined && column) findings.push(...downFindings(down, { table, column }, catalog, context, subject))
  if (typeof value === "string")
    findings.push(
      ...expressionFindings(
        value,
        `${subject}: default`,
        { table: { ...table, columns: [] }, also: [], inTrigger: false },
        catalog,
      ),
    )
  if (check)
    findings.push(
      ...expressionFindings(
        check.constraint,
        `${subject}: check`,
        { table: old, also: [name], inTrigger: false },
        catalog,
      ),
    )
  return findings
}

function writeFindings(
  { up, type, nullable, check, unique }: AlterColumnInput,
  table: Table,
  column: Column,
  subject: string,
): readonly Finding[] {
  if (up === undefined) return []
  const promises = {
    type: type ?? column.type,
    notNull: nullable === undefined ? column.notNull : !nullable,
    check: check?.name ?? null,
    unique: unique !== undefined,
  }
  return oldWriteFindings(up, table, promises, subject)
}

/** Two columns under one name need somebody who shows each application its own, and a way in both directions. */
function pairFindings(
  input: AlterColumnInput,
  column: Column,
  subject: string,
  { versionViews, defaultSchema }: PlanContext,
): readonly Finding[] {
  const findings: Finding[] = []
  if (!versionViews)
    findings.push(
      refusal(
        "VERSION_VIEWS_REQUIRED",
        subject,
        "Old and new applications would need the same name for two different columns",
        "Set versions.schemas: true for the target and have applications use the views, or add a column of another name.",
      ),
    )
  const changesType = input.type !== undefined && parseTypeName(input.type, defaultSchema).name !== column.type
  const missing = (["up", "down"] as const).filter((way) => changesType && input[way] === undefined)
  for (const way of missing)
    findings.push(
      refusal(
        way === "up" ? "UP_REQUIRED" : "DOWN_REQUIRED",
        subject,
        `A change of type needs \`${way}\`: the values have to be computed`,
        way === "up" ? `E.g. up: ${column.name}::${input.type ?? ""}` : `E.g. down: ${column.name}::${column.type}`,
      ),
    )
  return findings
}

/** Where the column itself changes, its new promises are everybody's from their first instant. */
function bindingFindings(input: AlterColumnInput, column: Column, subject: string): readonly Finding[] {
  const findings: Finding[] = []
  const binds = [
    ...(input.nullable === false && !column.notNull ? ["NOT NULL"] : []),
    ...(input.check ? [`the check ${input.check.name}`] : []),
    ...(input.unique ? [`the unique constraint ${input.unique.name}`] : []),
    ...(input.references ? [`the foreign key ${input.references.name}`] : []),
  ]
  if (binds.length > 0)
    findings.push(
      warning(
        "BINDS_OLD_APPLICATION",
        subject,
        `${binds.join(" and ")} binds the old application too, from expand on`,
        "Give `up` (and version views) where the old application may still write what the new shape doesn't allow.",
      ),
    )
  if (input.nullable === true && column.notNull)
    findings.push(
      warning(
        "OLD_APPLICATION_SEES_NULL",
        subject,
        "Once the new application writes NULL, the old one reads it",
        "Give `down` (and version views) to have it read another value, e.g. down: coalesce(…, '').",
      ),
    )
  return findings
}

function tooMany(table: Table, subject: string): Finding {
  return refusal(
    "TOO_MANY_COLUMNS",
    subject,
    `The table has ${table.columns.length} columns; PostgreSQL allows ${mostColumns}, and the change needs two more`,
    "Drop columns first, or split the table.",
  )
}
