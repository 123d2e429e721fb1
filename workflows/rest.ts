import { condition } from "@temporalio/workflow"
import type { Activities } from "./activities.ts"
import type { RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"

/** Where a run may rest: before a phase, a step, or another try of one. Says so to `status`, then waits for `resume`. */
export async function restWhilePaused(progress: RunProgress, activities: Activities): Promise<void> {
  if (!progress.paused) return
  show(progress)
  await progress.turns.tell(async () => {
    const { state, waitingFor } = progress
    // Resumed while it waited for its turn: that has been told already.
    if (progress.paused) await activities.quick.recordState(progress.ref, { state, waitingFor, findings: [] })
  })
  await condition(() => !progress.paused)
}
