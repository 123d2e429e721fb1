import { changedOnColumns } from "../catalog/changed-on-column.ts"
import type { ErrorFinding } from "../domain/errors.ts"
import { firstFew } from "../domain/first-few.ts"
import { catalogWish } from "../planner/compile.ts"
import { hiddenByContract } from "../planner/hidden-by-contract.ts"
import { readCatalog } from "../postgres/catalog-reader.ts"
import type { Session } from "../postgres/session.ts"
import { loadParser } from "../sql/parser.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * What stood on the columns that contract hides was taken over, or is brought back by an undo, as it was when the plan
 * was made: what somebody has changed of it while the run waited would be lost. OLD_COLUMN_CHANGED, or null. `again`: the
 * command with which the run goes on afterwards.
 */
export async function changedMeanwhile(
  session: Session,
  { run, plan, target, madeFrom }: TargetRun,
  again: string,
): Promise<ErrorFinding | null> {
  await loadParser()
  const columns = hiddenByContract(plan)
  if (columns.length === 0 || madeFrom === undefined) return null
  const { revisions, catalog } = await madeFrom()
  const changes = changedOnColumns(catalog, await readCatalog(session, catalogWish(revisions, target)), columns)
  if (changes.length === 0) return null
  return {
    code: "OLD_COLUMN_CHANGED",
    subject: run,
    message: `The plan takes over what stood on the columns that contract hides as it was when it was made, and somebody has changed it since: ${firstFew(changes, 10, "; ")}`,
    hint: `Put it back as it was, then \`${again}\`, and make the change on the new shape afterwards. Or \`sluice abort ${run}\` and start again, with a plan that knows it.`,
  }
}
