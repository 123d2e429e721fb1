import { hasEnded } from "../src/domain/run.ts"
import { enterAgain, lastOf } from "../src/execution/journal.ts"
import { isRegistered } from "../src/execution/is-registered.ts"
import type { TargetRun } from "../src/execution/target-run.ts"
import { loadRun } from "../src/ledger/runs.ts"
import { withSession } from "../src/postgres/session.ts"
import { heldSteps } from "../src/recovery/held-steps.ts"
import type { ActivityDeps } from "./deps.ts"

/**
 * Before the undo of a step. A target that was restored to before the run, or has lost schema `sluice`, doesn't know the
 * run: it is entered anew, so that what is still there can be undone. Answers whether the control database knows that
 * the step was done where the journal has no word of it.
 */
export async function isLostWork(
  deps: ActivityDeps,
  { run, plan, target }: TargetRun,
  step: string,
  signal: AbortSignal,
): Promise<boolean> {
  const last = await withSession({ url: target.url, applicationName: "sluice:lost", signal }, async (session) => {
    if (!(await isRegistered(session, run))) {
      const { state, workflowId } = await loadRun(deps.control, run)
      // The workflow of a run that is over may have been reset: it has nothing to undo.
      if (hasEnded(state)) return null
      await enterAgain(session, { run, plan, workflowId })
    }
    return lastOf(session, run, step)
  })
  return last === null && heldSteps(await deps.ledger.entriesOf(run)).has(step)
}
