import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  patched,
  workflowInfo,
} from "@temporalio/workflow"
import type { RunEnd, RunInput } from "../src/domain/run.ts"
import type { Activities } from "./activities.ts"
import { findingOf } from "./failure.ts"
import type { RunProgress } from "./run-progress.ts"

/** The journal has the run as ended, so that there is nothing to go on with: thrown through everything to the end. */
export class RunIsOver extends Error {
  readonly end: RunEnd

  constructor(end: RunEnd) {
    super(`the run has ended: ${end}`)
    this.name = "RunIsOver"
    this.end = end
  }
}

/** Codes of activities that were refused because the target doesn't have the run as under way. */
const ending: ReadonlySet<string> = new Set(["RUN_ENDED", "RUN_NOT_IN_TARGET", "RUN_NAME_TAKEN"])

/** Throws RunIsOver where an activity was refused because the run has ended; else does nothing. */
export async function leaveWhereOver(progress: RunProgress, activities: Activities, error: unknown): Promise<void> {
  const { code } = findingOf(error)
  // The other codes are later than the patch, so that no history of before has them.
  if (!ending.has(code) || !patched("leave-where-over")) return
  const end = await activities.ending.endOf(progress.ref)
  if (end !== null) throw new RunIsOver(end)
}

/**
 * A workflow that was reset from outside remembers less than has happened: what it waits for may be long past, and what
 * it would undo isn't all that was done. So it looks where the run stands, leaves where that has ended, and else goes on
 * in a fresh history from what journal and ledger know, as after the loss of a workflow. Never resolves for any other.
 */
export async function afterReset(progress: RunProgress, activities: Activities): Promise<never> {
  return CancellationScope.nonCancellable(async () => {
    await condition(wasReset)
    if (patched("unread-after-reset")) await leave(progress)
    const end = await activities.ending.endOf(progress.ref)
    if (end !== null) throw new RunIsOver(end)
    const carried = await activities.planning.assessJournal(progress.ref)
    await condition(allHandlersFinished)
    return continueAsNew<(input: RunInput) => Promise<unknown>>({ ...progress.input, carried, adopt: null })
  })
}

/** What was decided gets to the ledger first; what comes later is refused, as it would go by what isn't so any more. */
async function leave(progress: RunProgress): Promise<void> {
  progress.standing = "leaving"
  progress.forward.cancel()
  await condition(allHandlersFinished)
}

/**
 * The history up to the reset was written by a workflow that wasn't one, and must be replayed as that: the patch's marker
 * stands where the reset was noticed first. Replayed outside of the server, a history doesn't tell its own run's id.
 */
function wasReset(): boolean {
  const { runId, originalExecutionRunId, unsafe } = workflowInfo()
  return (runId !== originalExecutionRunId || unsafe.isReplaying) && patched("after-reset")
}
