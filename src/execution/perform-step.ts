import type { SqlStep } from "../domain/step.ts"
import type { Attempt } from "./attempt.ts"
import { carryOut } from "./carry-out.ts"
import { ComparisonOutdated } from "./dual-write.ts"
import type { StepOutcome } from "./journal-rows.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"
import { runVerify } from "./verify.ts"

/** Where it is touched again and again, a person has to see to that. */
const mostComparisons = 3

/**
 * Does a step, exactly once whatever is killed: claims the run's fence, ends the sessions of earlier attempts, observes
 * how far the step is, runs it within the lock budget, sees that it took effect, and journals it (in the same
 * transaction where the step is transactional). `observed`: it was so already.
 *
 * A contract before which somebody has touched dual write compares the rows once more first.
 *
 * Throws RefusedError FENCED, SHAPE_DIFFERS or STEP_NOT_EFFECTIVE, TransientError LOCK_BUDGET, and what PostgreSQL says
 * of the step's statements; DUAL_WRITE_BROKEN and what the comparison throws.
 */
export async function performStep(
  run: TargetRun,
  step: SqlStep,
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<StepOutcome> {
  for (let comparisons = 0; ; comparisons++) {
    try {
      return await carryOut(run, { step, direction: "do" }, attempt, observer)
    } catch (error) {
      if (!(error instanceof ComparisonOutdated) || comparisons === mostComparisons) throw error
      for (const comparison of error.comparisons) await runVerify(run, comparison, attempt, observer)
    }
  }
}
