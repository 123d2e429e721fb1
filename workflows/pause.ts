import { CancellationScope, log } from "@temporalio/workflow"
import type { Activities } from "./activities.ts"
import type { RunProgress } from "./run-progress.ts"

/**
 * Tells the target whether the run is paused, where it couldn't be reached when that was decided. On the side, so that no
 * decision waits for it; until it has heard the last word.
 */
export function tellPauseLater(progress: RunProgress, activities: Activities): void {
  if (progress.tellingPause) return
  progress.tellingPause = true
  void CancellationScope.nonCancellable(async () => {
    try {
      for (let told = !progress.paused; told !== progress.paused;) {
        told = progress.paused
        await activities.decisions.tellPause(progress.ref, told)
      }
    } catch (error) {
      log.warn("the target was not told of the pause", {
        reason: error instanceof Error ? error.message : String(error),
      })
    } finally {
      progress.tellingPause = false
    }
  })
}
