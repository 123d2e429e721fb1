import type { Finding } from "../domain/finding.ts"
import type { RunStatus } from "../domain/run.ts"
import { loadPlan } from "../ledger/plans.ts"
import { editedSince } from "../revisions/edited.ts"
import type { App } from "./context.ts"
import { readableRevisions } from "./revisions.ts"

/**
 * Whether the files of a run's revisions say something else here than when it was planned. It goes by its stored plan:
 * who mends a file after a stop, and lets the run try again, would see the same stop without a word.
 */
export async function editedSinceStart(
  app: App,
  { run, target, planHash }: Pick<RunStatus, "run" | "target" | "planHash">,
): Promise<readonly Finding[]> {
  const { revisions } = await loadPlan(await app.control(), planHash)
  return editedSince(await readableRevisions(app), revisions).map(({ id, file }) => ({
    code: "EDITED_SINCE_START",
    severity: "warning",
    subject: id,
    message: `${id} was edited since this run was planned: the run goes by its stored plan, and so does a retry`,
    hint: `To apply what the file says now: sluice abort ${run}, then sluice start --target ${target}.`,
    file,
  }))
}
