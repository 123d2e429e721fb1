import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { nearestName } from "../../domain/nearest.ts"
import { displayName } from "../../domain/relation.ts"
import { computedFindings } from "../computed-findings.ts"
import { expressionFindings } from "../expression-findings.ts"
import { bondsOf } from "../hide/hide-column.ts"
import { keepFindings } from "../hide/keep-findings.ts"
import type { PlanContext } from "../operation.ts"
import { resolveTable } from "../table-name.ts"
import { refusal, tableFindings, warning } from "../table-findings.ts"
import type { DropColumnInput } from "./input.ts"

/** Everything that can be said about a `drop_column` before the database is asked. */
export function checkDropColumn(input: DropColumnInput, current: Catalog, context: PlanContext): readonly Finding[] {
  const relation = resolveTable(input.table, context)
  const blocked = tableFindings(relation, current)
  const table = findTable(current, relation)
  if (!table) return blocked
  const subject = `${displayName(relation)}.${input.column}`
  const column = findColumn(table, input.column)
  if (!column) return [...blocked, unknownColumn(input.column, table, subject)]
  return [
    ...blocked,
    ...keepFindings(table),
    ...boundFindings(table, column, subject),
    ...downFindings(input, column, subject),
    ...expressionsFindings(input, table, current, context, subject),
    ...clientFindings(subject),
  ]
}

function unknownColumn(column: string, table: Table, subject: string): Finding {
  const nearest = nearestName(
    column,
    table.columns.map(({ name }) => name),
  )
  const hint = nearest === null ? "Check the name; it is taken as it stands." : `Did you mean ${nearest}?`
  return refusal("UNKNOWN_COLUMN", subject, "There is no such column", hint)
}

/** What holds on to the column and would be broken by its hiding, or stop its dropping. */
function boundFindings(table: Table, column: Column, subject: string): readonly Finding[] {
  const findings: Finding[] = []
  const users = table.columnDependents.filter((one) => one.column === column.name).map(({ dependent }) => dependent)
  if (users.length > 0)
    findings.push(
      refusal(
        "COLUMN_IN_USE",
        subject,
        `It can't be dropped while this uses it: ${users.join(", ")}`,
        "Change or drop that first, in a revision of its own.",
      ),
    )
  const held = table.constraints.filter(
    ({ kind, columns }) => (kind === "primary key" || kind === "exclude") && columns.includes(column.name),
  )
  for (const { kind, name } of held)
    findings.push(
      refusal(
        "COLUMN_IN_KEY",
        subject,
        `It takes part in the ${kind === "exclude" ? "exclusion constraint" : kind} ${name}, which can't be brought back without stopping writers`,
        "Give the table another key first.",
      ),
    )
  const bonds = bondsOf(table, column.name)
  const stuck = [
    ...bonds.constraints.filter(({ kind }) => kind === "foreign key"),
    ...bonds.unique.map(({ index }) => index),
  ]
  for (const { name } of table.partitioning === "parent" ? stuck : [])
    findings.push(
      refusal(
        "PARTITIONED_CONSTRAINT",
        subject,
        `It takes part in ${name}, which PostgreSQL can't add to a partitioned table without stopping writers, so that there would be no way back`,
        `Drop ${name} first, in a revision of its own.`,
      ),
    )
  if (
    table.replicaIdentity === "index" &&
    table.indexes.some(({ unique, columns }) => unique && columns.includes(column.name))
  )
    findings.push(
      warning(
        "REPLICA_IDENTITY",
        subject,
        "It may be part of the table's replica identity, without which UPDATE and DELETE fail once the table is published",
        "Look at REPLICA IDENTITY USING INDEX of the table, and choose another index first.",
      ),
    )
  for (const { name, reads } of table.indexes.filter(({ constraint }) => constraint === null))
    if (reads.length > 1 && reads.includes(column.name))
      findings.push(
        warning(
          "INDEX_GOES_WITH_COLUMN",
          `${subject}: ${name}`,
          "The index has other columns too, and goes with this one when it is dropped",
          "Create an index on the remaining columns (create_index) where queries need it.",
        ),
      )
  return findings
}

/** Whether applications that know only the new shape can write while the column is still there. */
function downFindings({ down }: DropColumnInput, column: Column, subject: string): readonly Finding[] {
  if (down !== undefined) {
    if (column.identity === null && column.generated === null) return []
    return [
      refusal(
        "DOWN_NOT_POSSIBLE",
        subject,
        "The database itself computes this column",
        "Leave out `down`: the column keeps its values until it is dropped.",
      ),
    ]
  }
  const fillsItself = column.default !== null || column.identity !== null || column.generated !== null
  if (!column.notNull || fillsItself) return []
  return [
    refusal(
      "DOWN_REQUIRED",
      subject,
      "The column allows no NULL and has no default: applications that don't know it any more could insert nothing",
      "Say with `down` how it is computed from the new shape, e.g. down: \"''\".",
    ),
  ]
}

/** `down` sees the shape after the whole plan, in which the column isn't any more. */
function expressionsFindings(
  input: DropColumnInput,
  table: Table,
  catalog: Catalog,
  context: PlanContext,
  subject: string,
): readonly Finding[] {
  const { down, column } = input
  if (down === undefined) return []
  const after = findTable(context.after, table) ?? table
  const columns = after.columns.filter(({ name }) => name !== column)
  const found = expressionFindings(
    down,
    `${subject}: down`,
    { table: { ...table, columns }, also: [], inTrigger: true },
    catalog,
  ).map((finding) => (finding.code === "UNKNOWN_COLUMN" ? seesAfter(finding) : finding))
  if (found.some(({ severity }) => severity === "error")) return found
  return [...found, ...computedFindings(down, table, catalog, subject)]
}

function seesAfter(finding: Finding): Finding {
  return finding.hint?.startsWith("Did you mean")
    ? finding
    : { ...finding, hint: "down sees the table as it is after the plan." }
}

/** What clients that use the bare table notice at contract, when the column gets another name. */
function clientFindings(subject: string): readonly Finding[] {
  return [
    warning(
      "COLUMN_DISAPPEARS",
      subject,
      "From contract on, statements that name the column fail with 42703, and connections that have prepared SELECT * on the table fail with 0A000 until they are renewed",
      "Have every application off the column before the contract gate; those that read through a version view notice nothing.",
    ),
  ]
}
