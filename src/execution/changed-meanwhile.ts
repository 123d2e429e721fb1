import { changedOnColumns } from "../catalog/changed-on-column.ts"
import { lateTriggers } from "../catalog/late-triggers.ts"
import type { ErrorFinding } from "../domain/errors.ts"
import { firstFew } from "../domain/first-few.ts"
import type { ColumnName } from "../domain/relation.ts"
import { catalogWish } from "../planner/compile.ts"
import { contractNameChanges } from "../planner/contract-names.ts"
import { hiddenByContract } from "../planner/hidden-by-contract.ts"
import { readCatalog } from "../postgres/catalog-reader.ts"
import type { Session } from "../postgres/session.ts"
import { loadParser } from "../sql/parser.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * What stood on the columns that contract hides was taken over, or is brought back by an undo, as it was when the plan
 * was made: what somebody has changed of it while the run waited would be lost. And a trigger that was put there since
 * would fail with every write that fires it. OLD_COLUMN_CHANGED, OLD_COLUMN_BOUND, or null. `again`: the command with
 * which the run goes on afterwards.
 */
export async function changedMeanwhile(session: Session, run: TargetRun, again: string): Promise<ErrorFinding | null> {
  await loadParser()
  const columns = hiddenByContract(run.plan)
  if (columns.length === 0 || run.madeFrom === undefined) return null
  const { revisions, catalog } = await run.madeFrom()
  const now = await readCatalog(session, catalogWish(revisions, run.target))
  const changes = changedOnColumns(catalog, now, columns)
  if (changes.length > 0) return changed(run, changes, again)
  const late = lateTriggers(catalog, now, columns.filter(isNameGone(run)))
  return late.length > 0 ? bound(run, late, again) : null
}

/** Where a second column takes the name over, whoever says it means that one. */
function isNameGone({ plan }: TargetRun): (column: ColumnName) => boolean {
  const changes = contractNameChanges(plan)
  return ({ relation, column }) =>
    !changes.some(({ schema, table, to }) => schema === relation.schema && table === relation.name && to === column)
}

const mostNamed = 10

function changed({ run }: TargetRun, changes: readonly string[], again: string): ErrorFinding {
  return {
    code: "OLD_COLUMN_CHANGED",
    subject: run,
    message: `The plan takes over what stood on the columns that contract hides as it was when it was made, and somebody has changed it since: ${firstFew(changes, mostNamed, "; ")}`,
    hint: `Put it back as it was, then \`${again}\`, and make the change on the new shape afterwards. Or \`sluice abort ${run}\` and start again, with a plan that knows it.`,
  }
}

function bound({ run }: TargetRun, late: readonly string[], again: string): ErrorFinding {
  return {
    code: "OLD_COLUMN_BOUND",
    subject: run,
    message: `The plan doesn't know of what has been put there since: ${firstFew(late, mostNamed, "; ")}. From contract on it would fail, and with it every write that fires it`,
    hint: `Have the function do without that name, or drop the trigger, then \`${again}\`. Or take the new shape away: \`sluice abort ${run}\`.`,
  }
}
