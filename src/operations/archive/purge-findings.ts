import { findTable } from "../../catalog/model.ts"
import type { Column, Table } from "../../catalog/model.ts"
import type { Finding } from "../../domain/finding.ts"
import { displayName } from "../../domain/relation.ts"
import { comesBack } from "../hide/hide-column.ts"
import type { PlanContext } from "../operation.ts"
import { warning } from "../table-findings.ts"
import { identifyingKey } from "../sync/walk-key.ts"

/** What purge will mean for a column that contract hides: said when the plan is made, long before that gate. */
export function purgeFindings(table: Table, column: Column, context: PlanContext): readonly Finding[] {
  const subject = `${displayName(table)}.${column.name}`
  const after = findTable(context.after, table) ?? table
  if (column.generated !== null || !comesBack(column)) return [isFinal(subject, column)]
  if (identifyingKey(after) === null)
    return [
      warning(
        "PURGE_LOSES_DATA",
        subject,
        "The table has no key by which archived values could find their rows again, so that purge drops the column for good",
        "Give the table a primary key first (a revision of its own), or keep the gate purge closed for as long as the values may be needed; until then `sluice undo` brings them back.",
      ),
    ]
  return [
    {
      code: "COMES_BACK_LAST",
      severity: "info",
      subject,
      message:
        "Purge archives the values and drops the column. After that, an undo brings it back as the table's last column",
      hint: "Applications that rely on the order of columns (COPY and INSERT without a list) need their list of columns before they meet it again.",
    },
  ]
}

function isFinal(subject: string, { identity, generated, domain }: Column): Finding {
  const kind =
    generated !== null
      ? "a generated column"
      : identity !== null
        ? "an identity column"
        : domain === true
          ? "a column whose type is a domain"
          : "a column that draws from a sequence"
  return warning(
    "PURGE_IS_FINAL",
    subject,
    `PostgreSQL can't add ${kind} again without rewriting the table under lock, so that there is no way back once purge has dropped it`,
    "Until the gate purge, `sluice undo` brings it back. Keep that gate closed for as long as it may be needed.",
  )
}
