import { findColumn, findTable } from "../../catalog/model.ts"
import type { Catalog, Column, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { ident } from "../../sql/sql.ts"
import { purgeFindings } from "../archive/purge-findings.ts"
import { mostColumns, systemColumns } from "../column-limits.ts"
import { computedFindings } from "../computed-findings.ts"
import { duplicateFindings } from "../duplicate/duplicate-findings.ts"
import { functionFindings } from "../hide/function-findings.ts"
import { keepFindings } from "../hide/keep-findings.ts"
import { triggerFindings } from "../hide/trigger-findings.ts"
import type { PlanContext } from "../operation.ts"
import { missingColumn, refusal, tableFindings, warning } from "../table-findings.ts"
import { isReserved, resolveTable } from "../table-name.ts"
import { typedTableFindings } from "../typed-table-findings.ts"
import type { RenameColumnInput } from "./input.ts"

/** Everything that can be said about a `rename_column` before the database is asked. */
export function checkRenameColumn(
  input: RenameColumnInput,
  current: Catalog,
  context: PlanContext,
): readonly Finding[] {
  const relation = resolveTable(input.table, context)
  const blocked = tableFindings(relation, current)
  const table = findTable(current, relation)
  if (!table) return blocked
  const column = findColumn(table, input.from)
  if (!column) return [...blocked, missingColumn(input.from, table)]
  const subject = `${displayName(relation)}.${input.from}`
  return [
    ...blocked,
    ...typedTableFindings(table),
    ...keepFindings(table, column),
    ...nameFindings(input, table, subject),
    ...triggerFindings(table, column, current, { computed: !context.versionViews, becomes: null }),
    ...functionFindings({ relation, column: input.from }, current),
    ...(context.versionViews
      ? viewFindings(subject)
      : [...secondColumnFindings(table, column, current, subject), ...purgeFindings(table, column, context)]),
  ]
}

function nameFindings({ to }: RenameColumnInput, table: Table, subject: string): readonly Finding[] {
  if (findColumn(table, to))
    return [refusal("COLUMN_EXISTS", subject, `The table has a column ${to} already`, "Choose another name.")]
  if (isReserved(to) || systemColumns.has(to))
    return [
      refusal("RESERVED_NAME", subject, `${to} is a name of Sluice's or PostgreSQL's own`, "Choose another name."),
    ]
  return []
}

/** The one column is renamed at contract; until then each version's view has its own name for it. */
function viewFindings(subject: string): readonly Finding[] {
  return [
    warning(
      "COLUMN_DISAPPEARS",
      subject,
      "From contract on, statements on the bare table that name the column fail with 42703",
      "Have every application read and write through the version views.",
    ),
  ]
}

/** Without views, both names have to be columns of the table, and both are kept true. */
function secondColumnFindings(table: Table, column: Column, catalog: Catalog, subject: string): readonly Finding[] {
  if (column.identity !== null || column.generated !== null)
    return [
      refusal(
        "GENERATED_COLUMN",
        subject,
        "The database itself computes this column, so no second one can be kept beside it",
        "Set versions.schemas: true for the target: then the column is renamed in place.",
      ),
    ]
  const findings = [
    ...duplicateFindings(table, column, column.type, subject, catalog),
    ...computedFindings(ident(column.name), table, catalog, subject, column.type),
    warning(
      "COLUMN_IS_COPIED",
      subject,
      "Without version views the column is copied row by row under its new name, with its indexes and constraints",
      "Set versions.schemas: true for the target, and the rename takes milliseconds.",
    ),
  ]
  if (table.columns.length + 2 <= mostColumns) return findings
  return [
    ...findings,
    refusal(
      "TOO_MANY_COLUMNS",
      subject,
      `PostgreSQL allows ${mostColumns} columns, and the change needs two more`,
      "Use version views.",
    ),
  ]
}
