import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import type { VerifyStep } from "../domain/step.ts"

/** Triggers were touched since the rows were compared; to compare them again tells what became of them. */
export class ComparisonOutdated extends RefusedError {
  readonly comparisons: readonly VerifyStep[]

  constructor(finding: ErrorFinding, comparisons: readonly VerifyStep[]) {
    super(finding)
    this.comparisons = comparisons
  }
}
