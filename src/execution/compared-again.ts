import type { Attempt } from "./attempt.ts"
import { ComparisonOutdated } from "./comparison-outdated.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"
import { runVerify } from "./verify.ts"

/** Where they are touched again and again, a person has to see to that. */
const mostComparisons = 3

/** Does the work, and compares the rows first each time that it finds their comparison outdated. Throws what either throws. */
export async function comparedAgain<T>(
  run: TargetRun,
  attempt: Attempt,
  observer: ExecutionObserver,
  work: () => Promise<T>,
): Promise<T> {
  for (let comparisons = 0; ; comparisons++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ComparisonOutdated) || comparisons === mostComparisons) throw error
      for (const comparison of error.comparisons) await runVerify(run, comparison, attempt, observer)
    }
  }
}
