import { precheckName } from "../execution/precheck/data.ts"
import type { OffendingRows, RunStatus } from "../domain/run.ts"

/** Of the rows that were found in a run's way, those that may be so still: the rest of it came past them since. */
export function stillInTheWay(
  { state, steps }: Pick<RunStatus, "state" | "steps">,
  found: readonly OffendingRows[],
): readonly OffendingRows[] {
  if (state === "completed") return []
  const isPast = (name: string): boolean => {
    // Precheck stands before every step, and is none itself.
    if (name === precheckName) return steps.some((step) => step.state !== "pending")
    const step = steps.find(({ id }) => id === name)
    return step !== undefined && ["done", "skipped", "undone"].includes(step.state)
  }
  return found.filter(({ step }) => !isPast(step))
}
