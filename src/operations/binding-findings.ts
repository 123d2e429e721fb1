import type { Finding } from "../domain/finding.ts"
import { isPendingTable, pendingAmong } from "./pending.ts"
import type { Pending, Use } from "./pending.ts"
import { warning } from "./table-findings.ts"

/**
 * What has to be known about a rule that comes for everybody: a constraint, or a unique index. On a table that the
 * plan itself creates there is nobody yet.
 */
export function bindingFindings(
  uses: readonly Use[],
  pending: Pending,
  from: string,
  subject: string,
): readonly Finding[] {
  if (uses.every(({ relation }) => isPendingTable(relation, pending))) return []
  const message = `It binds every application, old and new, ${from}: a write that breaks it fails from then on`
  return [
    warning("BINDS_AT_ONCE", subject, message, "See to it that no application writes such rows before you start."),
    ...unprovenFindings(uses, pending, subject),
  ]
}

/** Rows can't be looked at beforehand where a column will hold a value that is another each time. */
function unprovenFindings(uses: readonly Use[], pending: Pending, subject: string): readonly Finding[] {
  const unknown = pendingAmong(uses, pending).filter(({ comparable }) => !comparable)
  if (unknown.length === 0) return []
  const columns = unknown.map(({ name }) => name).join(", ")
  return [
    warning(
      "DATA_NOT_CHECKED",
      subject,
      `What ${columns} will hold is another value each time, so that rows can't be looked at before they are filled`,
      "Whether they comply comes out after the backfill: rows that don't then stop the run there.",
    ),
  ]
}
