import { hasErrors } from "../domain/finding.ts"
import { findTable } from "../catalog/model.ts"
import type { Catalog, Column, Table } from "../catalog/model.ts"
import type { Finding } from "../domain/finding.ts"
import { computedFindings } from "./computed-findings.ts"
import { expressionFindings } from "./expression-findings.ts"
import { newWriteFindings, promisesOf } from "./failing-writes.ts"
import type { PlanContext } from "./operation.ts"

/** What is wrong with a `down`, or has to be known about it. It sees the table as it is after the whole plan. */
export function downFindings(
  down: string,
  { table, column }: { readonly table: Table; readonly column: Column },
  catalog: Catalog,
  context: PlanContext,
  subject: string,
): readonly Finding[] {
  const after = findTable(context.after, table) ?? table
  const scope = { table: { ...table, columns: after.columns }, also: [], inTrigger: true }
  const found = expressionFindings(down, `${subject}: down`, scope, catalog).map(seesAfter)
  if (hasErrors(found)) return found
  return [
    ...found,
    ...computedFindings(down, table, catalog, subject),
    ...newWriteFindings(down, after, promisesOf(table, column), subject),
  ]
}

function seesAfter(finding: Finding): Finding {
  if (finding.code !== "UNKNOWN_COLUMN" || finding.hint?.startsWith("Did you mean")) return finding
  return { ...finding, hint: "down sees the table as it is after the plan." }
}
