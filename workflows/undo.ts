import { CancellationScope } from "@temporalio/workflow"
import type { Activities } from "./activities.ts"
import { untilDoneOrSkipped } from "./needs-operator.ts"
import type { RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"

/**
 * The way back: undoes every step that began, last first. A step whose undo fails stops the unwinding as
 * `needs-operator`: what came before it rests on it, so the order is never broken without somebody's decision.
 */
export async function unwind(progress: RunProgress, activities: Activities): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    progress.waitingFor = null
    show(progress)
    const outlines = new Map(progress.steps.map((step) => [step.id, step]))
    for (const id of progress.begun.toReversed()) {
      const step = outlines.get(id)
      if (!step || !step.hasUndo || progress.undone.has(id)) continue
      progress.phase = step.phase
      const options = { summary: `Undo: ${step.summary}` }
      await untilDoneOrSkipped(progress, activities, `undo of ${id}`, ["retry", "skip"], () =>
        activities.ddl.undoStep.executeWithOptions(options, [progress.ref, id]),
      )
      progress.undone.add(id)
      show(progress)
    }
  })
}
