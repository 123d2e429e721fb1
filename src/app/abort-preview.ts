import { hasEnded, type RunStatus } from "../domain/run.ts"
import { isAfter } from "../domain/phase.ts"
import { laterRunOf } from "../execution/journal.ts"
import { loadPlan } from "../ledger/plans.ts"
import type { App } from "./context.ts"
import { findRun } from "./runs.ts"

/** What an abort would do if it were sent now. */
export interface AbortPreview {
  readonly run: string
  /** Summaries of the steps that would be undone, in the order of their undoing. */
  readonly undo: readonly string[]
  /** Summaries of steps that were done and have no way back. */
  readonly withoutWayBack: readonly string[]
  /** How long the same steps took on the way there, in milliseconds: what the way back may take at most. */
  readonly estimateMs: number
  /** True once applications may write the new shape: what they wrote there alone goes with it. */
  readonly newShapeInUse: boolean
  /** True where an abort would be refused: the run has ended, purge has begun, or a later run has built on this one. */
  readonly refused: boolean
}

export async function previewAbort(app: App, run: string): Promise<AbortPreview> {
  const status = await findRun(app, run)
  const plan = await loadPlan(await app.control(), status.planHash)
  const undoable = new Set(plan.steps.filter((step) => step.undo !== null).map((step) => step.id))
  const acts = new Set(plan.steps.filter((step) => step.action === "sql").map((step) => step.id))
  const begun = status.steps.filter((step) => ["running", "done", "failed"].includes(step.state)).toReversed()
  return {
    run: status.run,
    undo: begun.filter((step) => undoable.has(step.id)).map((step) => step.summary),
    // A backfill or verification has nothing to undo: what it filled goes with the column.
    withoutWayBack: begun.filter((step) => acts.has(step.id) && !undoable.has(step.id)).map((step) => step.summary),
    estimateMs: begun.filter((step) => acts.has(step.id)).reduce((sum, step) => sum + took(step), 0),
    newShapeInUse: isAfter(status.phase, "dual-write") || (status.phase === "dual-write" && status.waitingFor === null),
    refused: await isRefused(app, status),
  }
}

async function isRefused(app: App, { run, target, state, phase, waitingFor }: RunStatus): Promise<boolean> {
  if (hasEnded(state) || (isAfter(phase, "keep") && waitingFor !== "purge")) return true
  if (!isAfter(phase, "contract")) return false
  return (await app.inTarget(app.target(target), "abort", (session) => laterRunOf(session, run))) !== null
}

function took(step: RunStatus["steps"][number]): number {
  if (step.startedAt === null || step.endedAt === null) return 0
  return Math.max(0, Date.parse(step.endedAt) - Date.parse(step.startedAt))
}
