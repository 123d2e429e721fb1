import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { purgeFindings } from "../archive/purge-findings.ts"
import { downFindings } from "../down-findings.ts"
import { boundFindings, lostIndexFindings } from "../hide/bound-findings.ts"
import { functionFindings } from "../hide/function-findings.ts"
import { keepFindings } from "../hide/keep-findings.ts"
import { nullFindings } from "../hide/null-findings.ts"
import { triggerFindings } from "../hide/trigger-findings.ts"
import type { PlanContext } from "../operation.ts"
import { resolveTable } from "../table-name.ts"
import { missingColumn, refusal, tableFindings, warning } from "../table-findings.ts"
import { typedTableFindings } from "../typed-table-findings.ts"
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
    ...boundFindings(table, column, subject),
    ...lostIndexFindings(table, column, subject),
    ...needFindings(input, column, subject),
    ...(input.down === undefined && fillsItself(column) ? [] : nullFindings(column, current, subject)),
    ...(input.down === undefined ? [] : downFindings(input.down, table, current, context, subject)),
    ...clientFindings(subject),
    ...triggerFindings(table, subject, input.down !== undefined),
    ...functionFindings({ relation, column: input.column }, current),
    ...purgeFindings(table, column, context),
  ]
}

/** Whether applications that know only the new shape can write while the column is still there. */
function needFindings({ down }: DropColumnInput, column: Column, subject: string): readonly Finding[] {
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
  if (!column.notNull || fillsItself(column)) return []
  return [
    refusal(
      "DOWN_REQUIRED",
      subject,
      "The column allows no NULL and has no default: applications that don't know it any more could insert nothing",
      "Say with `down` how it is computed from the new shape, e.g. down: \"''\".",
    ),
  ]
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
