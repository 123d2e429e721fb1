import type { Limits } from "../config/config.ts"
import type { Attempt } from "./attempt.ts"
import type { Claimed } from "./claimed.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"

/** What every part of a step's execution needs. */
export interface StepContext {
  readonly run: TargetRun
  readonly attempt: Attempt
  readonly observer: ExecutionObserver
  readonly claimed: Claimed
  /** As they stand when the step begins, tuning included. */
  readonly limits: Limits
}
