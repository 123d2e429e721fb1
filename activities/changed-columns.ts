import { changedOnColumns } from "../src/catalog/changed-on-column.ts"
import type { ErrorFinding } from "../src/domain/errors.ts"
import { firstFew } from "../src/domain/first-few.ts"
import type { TargetRun } from "../src/execution/target-run.ts"
import { catalogWish } from "../src/planner/compile.ts"
import { hiddenByContract } from "../src/planner/hidden-by-contract.ts"
import { readCatalog } from "../src/postgres/catalog-reader.ts"
import type { Session } from "../src/postgres/session.ts"
import { loadParser } from "../src/sql/parser.ts"
import type { ActivityDeps } from "./deps.ts"
import { planEvidence } from "./plan-evidence.ts"
import type { RunRef } from "./types.ts"

/**
 * What stood on the columns that contract hides was taken over, or is brought back by an undo, as it was when the plan
 * was made: what somebody has changed of it while the run waited would be lost. OLD_COLUMN_CHANGED, or null.
 */
export async function changedMeanwhile(
  deps: ActivityDeps,
  ref: RunRef,
  session: Session,
  run: TargetRun,
): Promise<ErrorFinding | null> {
  await loadParser()
  const columns = hiddenByContract(run.plan)
  if (columns.length === 0) return null
  const { revisions, catalog } = await planEvidence(deps, ref)
  const changes = changedOnColumns(catalog, await readCatalog(session, catalogWish(revisions, run.target)), columns)
  if (changes.length === 0) return null
  return {
    code: "OLD_COLUMN_CHANGED",
    subject: run.run,
    message: `The plan takes over what stood on the columns that contract hides as it was when it was made, and somebody has changed it since: ${firstFew(changes, 10, "; ")}`,
    hint: `Put it back as it was, then \`sluice proceed ${run.run}\`, and make the change on the new shape afterwards. Or \`sluice abort ${run.run}\` and start again, with a plan that knows it.`,
  }
}
