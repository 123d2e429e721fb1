import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import { ownOfPartitions } from "../../catalog/partition-own.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { purgeFindings } from "../archive/purge-findings.ts"
import { downFindings } from "../down-findings.ts"
import { firstFindings } from "../first-findings.ts"
import { boundFindings, lostIndexFindings } from "../hide/bound-findings.ts"
import { drawsFromSequence } from "../hide/draws-from-sequence.ts"
import { functionFindings } from "../hide/function-findings.ts"
import { keepFindings } from "../hide/keep-findings.ts"
import { nullFindings } from "../hide/null-findings.ts"
import { triggerFindings } from "../hide/trigger-findings.ts"
import { ident, qualified } from "../../sql/sql.ts"
import type { PlanContext } from "../operation.ts"
import { resolveTable } from "../table-name.ts"
import { missingColumn, refusal, tableFindings, warning } from "../table-findings.ts"
import { typedTableFindings } from "../typed-table-findings.ts"
import { widerRowFindings } from "../wider-row-findings.ts"
import type { DropColumnInput } from "./input.ts"

/** Everything that can be said about a `drop_column` before the database is asked. */
export function checkDropColumn(input: DropColumnInput, current: Catalog, context: PlanContext): readonly Finding[] {
  const relation = resolveTable(input.table, context)
  const blocked = tableFindings(relation, current)
  const table = findTable(current, relation)
  if (!table) return blocked
  const subject = `${displayName(relation)}.${input.column}`
  const column = findColumn(table, input.column)
  if (!column) return [...blocked, missingColumn(input.column, table)]
  return [
    ...blocked,
    ...typedTableFindings(table),
    ...keepFindings(table, column),
    ...boundFindings(table, column, subject, current),
    ...lostIndexFindings(table, column, subject, current),
    ...needFindings(input, table, column, current),
    ...(input.down === undefined && fillsItself(column) ? [] : nullFindings(column, current, subject)),
    ...sequenceFindings(table, column, current),
    ...(input.down === undefined ? [] : downFindings(input.down, { table, column }, current, context, subject)),
    ...clientFindings(subject),
    ...(input.down === undefined ? [] : widerRowFindings(table, current)),
    ...triggerFindings(table, column, current, { computed: input.down !== undefined, becomes: null }),
    ...functionFindings({ relation, column: input.column }, current),
    ...purgeFindings(table, column, context),
  ]
}

/** Whether applications that know only the new shape can write while the column is still there. */
function needFindings({ down }: DropColumnInput, table: Table, column: Column, catalog: Catalog): readonly Finding[] {
  const subject = `${displayName(table)}.${column.name}`
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
  if (fillsItself(column)) return []
  if (column.notNull) return [downRequired(subject)]
  // Rows come to a partition by the whole table, whose default counts then.
  const required = ownOfPartitions(table, column.name, catalog).filter(({ notNull }) => notNull)
  return firstFindings(
    required.map(({ partition }) => downRequired(`${displayName(partition)}.${column.name}`)),
    subject,
  )
}

function downRequired(subject: string): Finding {
  return refusal(
    "DOWN_REQUIRED",
    subject,
    "The column allows no NULL and has no default: applications that don't know it any more could insert nothing",
    "Say with `down` how it is computed from the new shape, e.g. down: \"''\".",
  )
}

/** A sequence that belongs to a partition's column goes with it, and the default that draws from it can't come back. */
function sequenceFindings(table: Table, column: Column, catalog: Catalog): readonly Finding[] {
  const draws = ownOfPartitions(table, column.name, catalog).filter(
    (own) => own.otherDefault && own.column.default !== null && drawsFromSequence(own.column.default),
  )
  return firstFindings(
    draws.map(({ partition, column: { default: text } }) =>
      refusal(
        "PARTITION_HAS_OWN",
        `${displayName(partition)}.${column.name}`,
        `Only this partition has the default ${text} on the column; its sequence may go with it, so that there would be no way back`,
        `ALTER TABLE ${qualified(partition)} ALTER COLUMN ${ident(column.name)} DROP DEFAULT first.`,
      ),
    ),
    `${displayName(table)}.${column.name}`,
  )
}

/** Whether an INSERT that doesn't name the column leaves a value in it. */
function fillsItself(column: Column): boolean {
  return column.default !== null || column.identity !== null || column.generated !== null
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
