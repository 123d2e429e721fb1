import { hasEnded, isUnwinding, type RunStatus } from "../domain/run.ts"
import { isAfter } from "../domain/phase.ts"
import type { Plan } from "../domain/plan.ts"
import type { Step } from "../domain/step.ts"
import { closedWayBack } from "../execution/journal.ts"
import { loadPlan } from "../ledger/plans.ts"
import type { App } from "./context.ts"
import { appliedIn, runsIn } from "./journal-view.ts"
import { readableRevisions } from "./revisions.ts"
import { findRun } from "./runs.ts"

/** What an abort, or an undo, would do if it were sent now. */
export interface AbortPreview {
  readonly run: string
  readonly verb: "abort" | "undo"
  /** The steps of the way back in their order: what would be undone, and, for `back`, what would be done for it. */
  readonly undo: readonly Pick<Step, "summary" | "back">[]
  /** Summaries of steps that were done and have no way back. */
  readonly withoutWayBack: readonly string[]
  /** How long the same steps took on the way there, in milliseconds: what the way back may take at most. */
  readonly estimateMs: number
  /** True once applications may write the new shape: what they wrote there alone goes with it. */
  readonly newShapeInUse: boolean
  /** True where the way back waits, between the two shapes, until applications of the new one have gone. */
  readonly waitsForApplications: boolean
  /** True where purge has dropped columns: they come back from the archive, each as the last one of its table. */
  readonly fromArchive: boolean
  /** Revisions that build on this run's and stay: applied, or being applied by another run. */
  readonly builtOnIt: readonly string[]
  /**
   * True where an abort would be refused: the run has ended or unwinds already, purge has begun, its contract has no way
   * back, or a later run has built on it. An undo isn't by purge, or where the run has completed, but before the contract's end it is.
   */
  readonly refused: boolean
}

export async function previewAbort(app: App, run: string, verb: AbortPreview["verb"] = "abort"): Promise<AbortPreview> {
  const status = await findRun(app, run)
  const plan = await loadPlan(await app.control(), status.planHash)
  const undoable = new Set(plan.steps.filter((step) => step.undo !== null).map((step) => step.id))
  const acts = new Set(plan.steps.filter((step) => step.action === "sql").map((step) => step.id))
  const copies = new Set(plan.steps.filter(isArchiving).map((step) => step.id))
  const fromArchive = copies.size > 0 && status.steps.some(({ id, state }) => id === "purge/drop" && state === "done")
  const done = new Set(status.steps.filter(({ state }) => state === "done").map(({ id }) => id))
  const begun = status.steps.filter((step) => ["running", "done", "failed"].includes(step.state)).toReversed()
  return {
    run: status.run,
    verb,
    undo: begun.filter((step) => undoable.has(step.id)).map(({ summary, back }) => ({ summary, back })),
    // A backfill or verification has nothing to undo: what it filled goes with the column.
    withoutWayBack: begun.filter((step) => acts.has(step.id) && !undoable.has(step.id)).map((step) => step.summary),
    // To fill from the archive takes about as long as to fill the archive.
    estimateMs: begun
      .filter(({ id }) => acts.has(id) || (fromArchive && copies.has(id)))
      .reduce((sum, step) => sum + took(step), 0),
    newShapeInUse: isAfter(status.phase, "dual-write") || (status.phase === "dual-write" && status.waitingFor === null),
    waitsForApplications: plan.steps.some(({ id, endsOldShape }) => endsOldShape && done.has(id)),
    fromArchive,
    builtOnIt: isAfter(status.phase, "contract") ? await builtOn(app, status) : [],
    refused: await isRefused(app, status, plan, verb),
  }
}

/** Of other tables than the run's: what stands on the same ones refuses the way back. */
async function builtOn(app: App, { run, target, revisions }: RunStatus): Promise<readonly string[]> {
  const files = await readableRevisions(app)
  return app.inTarget(app.target(target), "abort", async (session) => {
    const open = (await runsIn(session)).filter((other) => other.run !== run && other.endedAt === null)
    const beingApplied = files.filter(({ id }) => open.some((other) => other.revisions.includes(id)))
    const children = [...(await appliedIn(session)), ...beingApplied]
      .filter(({ id, parents }) => !revisions.includes(id) && parents.some((parent) => revisions.includes(parent)))
      .map(({ id }) => id)
    return [...new Set(children)]
  })
}

/** The steps that copy values which purge is about to drop. */
function isArchiving({ action, phase, back }: Step): boolean {
  return action === "backfill" && phase === "purge" && !back
}

async function isRefused(app: App, status: RunStatus, plan: Plan, verb: AbortPreview["verb"]): Promise<boolean> {
  const { run, target, state, phase, waitingFor } = status
  if (isUnwinding(status)) return true
  const isTooEarly = !hasEnded(state) && !isAfter(phase, "contract")
  if (
    verb === "undo"
      ? state === "aborted" || isTooEarly
      : hasEnded(state) || (isAfter(phase, "keep") && waitingFor !== "purge")
  )
    return true
  if (!isAfter(phase, "contract")) return false
  const own = { ...(await app.ownRun(run)), plan }
  return (await app.inTarget(app.target(target), "abort", (session) => closedWayBack(session, own))) !== null
}

function took(step: RunStatus["steps"][number]): number {
  if (step.startedAt === null || step.endedAt === null) return 0
  return Math.max(0, Date.parse(step.endedAt) - Date.parse(step.startedAt))
}
