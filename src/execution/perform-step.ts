import type { SqlStep } from "../domain/step.ts"
import type { Attempt } from "./attempt.ts"
import { carryOut } from "./carry-out.ts"
import { comparedAgain } from "./compared-again.ts"
import type { StepOutcome } from "./journal-rows.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"

/**
 * Does a step, exactly once whatever is killed: claims the run's fence, ends the sessions of earlier attempts, observes
 * how far the step is, runs it within the lock budget, sees that it took effect, and journals it (in the same
 * transaction where the step is transactional). `observed`: it was so already.
 *
 * Where somebody has touched the triggers that it rests on, the rows are compared once more first.
 *
 * Throws RefusedError FENCED, SHAPE_DIFFERS or STEP_NOT_EFFECTIVE, TransientError LOCK_BUDGET, and what PostgreSQL says
 * of the step's statements; what demandFooting and the comparison throw.
 */
export async function performStep(
  run: TargetRun,
  step: SqlStep,
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<StepOutcome> {
  return comparedAgain(run, attempt, observer, () => carryOut(run, { step, direction: "do" }, attempt, observer))
}
