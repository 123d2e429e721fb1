import { allHandlersFinished, condition, continueAsNew, workflowInfo } from "@temporalio/workflow"
import type { RunInput } from "../src/domain/run.ts"
import type { RunProgress } from "./run-progress.ts"

/** True once history is long enough that a long wait should begin with a fresh one. */
export function historyIsLong(progress: RunProgress): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo()
  return continueAsNewSuggested || historyLength >= progress.input.historyBudget
}

/**
 * Continues as new where history has grown long. Called at the edges of phases and before long waits only: no activity
 * is open then, and handlers are drained first, so that no decision is lost between the two histories.
 */
export async function continueAsNewWhenLong(progress: RunProgress): Promise<void> {
  if (!historyIsLong(progress)) return
  await condition(() => allHandlersFinished() && !progress.tellingPause)
  if (progress.aborting) return
  await continueAsNew<(input: RunInput) => Promise<unknown>>({
    ...progress.input,
    carried: progress.carried(),
    adopt: null,
  })
}
