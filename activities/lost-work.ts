import { hasEnded } from "../src/domain/run.ts"
import type { Step } from "../src/domain/step.ts"
import { enterAgain, readJournal } from "../src/execution/journal.ts"
import { isRegistered } from "../src/execution/is-registered.ts"
import { nothingBegun } from "../src/execution/nothing-begun.ts"
import type { TargetRun } from "../src/execution/target-run.ts"
import { loadRun } from "../src/ledger/runs.ts"
import { withSession } from "../src/postgres/session.ts"
import { stepsThatAre } from "../src/ledger/steps.ts"
import { demandNothingBack } from "../src/execution/went-back.ts"
import { heldSteps } from "../src/recovery/held-steps.ts"
import type { ActivityDeps } from "./deps.ts"

/**
 * What the target knows of a step that is to be undone. `journaled`: what its journal says, which is also that a step
 * without a row wasn't done there. `lost`: nothing was ever done there, says the journal, and the control database knows
 * that this step was. `gone`: the same of the contract, where the catalog shows a time before the run. `elsewhere`: the
 * target doesn't know the run, and another one is at work there or bears its name, so that nothing of this one is left.
 */
export type Knowledge = "journaled" | "lost" | "gone" | "elsewhere"

/**
 * Before the undo of a step. A target that was restored to before the run, or has lost schema `sluice`, doesn't know the
 * run: it is entered anew, so that what is still there can be undone. Throws RefusedError UNDONE_IS_BACK.
 */
export async function whatTargetKnows(
  deps: ActivityDeps,
  meant: TargetRun,
  step: Step,
  signal: AbortSignal,
): Promise<Knowledge> {
  const { run, plan } = meant
  const url = meant.target.url
  const seen = await withSession({ url, applicationName: "sluice:lost", signal }, async (session) => {
    if (!(await isRegistered(session, meant))) {
      const { state, workflowId } = await loadRun(deps.control, run)
      // The workflow of a run that is over may have been reset: it has nothing to undo.
      if (hasEnded(state)) return "journaled"
      if (!(await enterAgain(session, { ...meant, workflowId }))) return "elsewhere"
    }
    const journal = await readJournal(session, run)
    demandNothingBack({ run, plan }, step.id, { undone: await stepsThatAre(deps.control, run, "undone"), journal })
    // What the purge has dropped looks like what never was: of that the catalog tells nothing.
    if (step.phase === "purge" || journal.some(({ direction }) => direction === "do")) return "journaled"
    return step.phase === "contract" && (await nothingBegun(session, plan)) ? "gone" : "lost"
  })
  if (seen === "journaled" || seen === "elsewhere") return seen
  return heldSteps(await deps.ledger.entriesOf(run)).has(step.id) ? seen : "journaled"
}
