import { ActivityCancellationType, proxyActivities } from "@temporalio/workflow"
import type {
  BackupActivities,
  DecisionActivities,
  PlanningActivities,
  RunActivities,
  StepActivities,
} from "../activities/types.ts"
import type { RunInput } from "../src/domain/run.ts"
import { targetQueue, workflowQueue } from "../src/domain/queues.ts"

/** Failures of these kinds come back at once: trying again without a person would change nothing. */
const nonRetryableErrorTypes = ["UserError", "RefusedError", "BugError"]

/**
 * One proxy per class of work, each with its own patience. Cancellation always waits for the activity's end: otherwise
 * an undo would overlap the statement that it undoes.
 */
export function activitiesFor(input: RunInput) {
  const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
  const heartbeatTimeout = input.heartbeatMs
  const retry = {
    initialInterval: "500ms",
    backoffCoefficient: 2,
    maximumInterval: "5s",
    nonRetryableErrorTypes,
  } as const
  const onTarget = { taskQueue: targetQueue("default"), cancellationType, heartbeatTimeout }
  return {
    /** Words into ledger and control database. Tried for as long as that can't be reached: without proof no step. */
    quick: proxyActivities<Pick<RunActivities, "recordState" | "loadOutline">>({
      taskQueue: workflowQueue,
      startToCloseTimeout: "2m",
      cancellationType,
      retry,
    }),
    /** Evidence and judgement of decisions: they look at the target as well. */
    decisions: proxyActivities<DecisionActivities>({ ...onTarget, startToCloseTimeout: "10m", retry }),
    /** The last word of a run. */
    ending: proxyActivities<Pick<RunActivities, "finishRun" | "endOf">>({
      ...onTarget,
      startToCloseTimeout: "10m",
      retry,
    }),
    /** Reads of the target before anything is touched. */
    planning: proxyActivities<PlanningActivities>({ ...onTarget, startToCloseTimeout: "6h", retry }),
    /** How often a backup is tried that fails, it decides itself; a worker that dies or freezes under it is none of those. */
    backup: proxyActivities<BackupActivities>({ ...onTarget, startToCloseTimeout: "24h", retry }),
    /** Statements. The lock budget is spent inside one attempt; attempts are for lost connections and dead workers. */
    ddl: proxyActivities<Pick<StepActivities, "performStep" | "undoStep">>({
      ...onTarget,
      startToCloseTimeout: "24h",
      retry,
    }),
    /** One activity whatever the table's size. */
    bulk: proxyActivities<Pick<StepActivities, "runBackfill" | "runVerify" | "undoBackfill">>({
      ...onTarget,
      startToCloseTimeout: "60d",
      retry,
    }),
    /** One heartbeating activity instead of timers by the minute. */
    watch: proxyActivities<Pick<RunActivities, "soak">>({ ...onTarget, startToCloseTimeout: "60d", retry }),
  }
}

export type Activities = ReturnType<typeof activitiesFor>
