import type { BackfillStep } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import {
  beginNextPass,
  createCursors,
  estimatedRows,
  readCursors,
  settleTotal,
  type Cursor,
} from "./backfill/cursors.ts"
import { waitForLockedRow } from "./backfill/locked-rows.ts"
import { Meter } from "./backfill/meter.ts"
import { Neighbours } from "./backfill/neighbours.ts"
import { demandEveryRow } from "./backfill/no-row-hidden.ts"
import { Pace } from "./backfill/pace.ts"
import { fillPass } from "./backfill/passes.ts"
import { ProgressMade } from "./backfill/progress-made.ts"
import { RangeQueue } from "./backfill/range-queue.ts"
import { sizeUp } from "./backfill/table-size.ts"
import { splitTable } from "./backfill/walk.ts"
import { carryOut } from "./carry-out.ts"
import { withClaim } from "./claimed.ts"
import { checkFence } from "./fence.ts"
import { demandFooting } from "./footing.ts"
import { withHeartbeat } from "./heartbeat.ts"
import { lastOf, writeJournal, type Direction, type StepOutcome } from "./journal-rows.ts"
import { observe, shapeDiffers } from "./observe.ts"
import type { StepContext } from "./step-context.ts"
import { effectiveLimits } from "./step-limits.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"
import { workOf, type StepWork } from "./step-work.ts"
import { Throttle } from "./throttle/throttle.ts"
import { undoStep } from "./undo-step.ts"

/** A range should hold about this many rows, so that workers end at about the same time; there are at most 64. */
const rowsPerRange = 20_000
const mostRanges = 64
/** From this pass on, rows that are still locked are waited for. */
const patientPasses = 3

export interface BackfillResult {
  readonly outcome: StepOutcome
  /** Rows that batches of this run have filled; those that writers touched first were filled by the trigger. */
  readonly rows: number
}

/**
 * Fills every row of a table that isn't filled, while applications write: ranges of the key side by side, each batch
 * in a transaction with its cursor and the fence, passes until no row is left. Killed at any instant, the next attempt
 * goes on from the cursors. Rests while the throttle or an operator says so. A step for the way back alone is only
 * passed.
 *
 * Throws RefusedError FENCED, DUAL_WRITE_BROKEN or ROWS_STAY_UNFILLED, TransientError LOCK_BUDGET (a row stays locked; the message names by whom), the signal's
 * reason on abort, and what PostgreSQL says of a row that the new shape can't hold (its key goes to the observer).
 */
export async function runBackfill(
  run: TargetRun,
  step: BackfillStep,
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<BackfillResult> {
  if (step.back) return { outcome: await carryOut(run, { step, direction: "do" }, attempt, observer), rows: 0 }
  return fill(run, { step, direction: "do" }, attempt, observer)
}

/**
 * The same on the way back, for a step whose undo fills rows. A step without one has nothing of its own to take back
 * (see undoStep).
 */
export async function undoBackfill(
  run: TargetRun,
  step: BackfillStep,
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<BackfillResult> {
  if (step.undo === null) return { outcome: await undoStep(run, step, attempt, observer), rows: 0 }
  return fill(run, { step, direction: "undo" }, attempt, observer)
}

async function fill(
  run: TargetRun,
  { step, direction }: { readonly step: BackfillStep; readonly direction: Direction },
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<BackfillResult> {
  const [meter, pace, neighbours] = [new Meter(step.backfill), new Pace(), new Neighbours()]
  const heartbeat = (): unknown => ({ step: step.id, ...meter.peek(), throttledBy: pace.restingBecause })
  return withHeartbeat(attempt, heartbeat, () =>
    withClaim(run, { step: step.id, direction, attempt, observer }, async (control, claimed) => {
      await demandEveryRow(control)
      const limits = await effectiveLimits(control, run.run, run.target.limits)
      const work = workOf(step, direction, await lastOf(control, run.run, step.id))
      const { statement } = work
      const parts = { run, attempt, observer, claimed, limits, step, work }
      const context = { ...parts, statement, meter, pace, neighbours }
      // Asked even where the journal says done: the columns may have been taken away and added again since.
      const isFilled = await isDone(control, context)
      if (isFilled && work.last?.direction === direction) return { outcome: "observed", rows: 0 }
      if (!isFilled) await fillTable(control, context)
      await finish(control, context)
      return { outcome: isFilled ? "observed" : "done", rows: meter.filled }
    }),
  )
}

type Filling = StepContext & {
  readonly step: BackfillStep
  readonly work: StepWork
  readonly statement: StepWork["statement"]
  readonly meter: Meter
  readonly pace: Pace
  readonly neighbours: Neighbours
}

async function fillTable(control: Session, context: Filling): Promise<void> {
  const { run, step, meter, attempt, observer, claimed, neighbours } = context
  const ref = { run: run.run, step: step.id }
  // Looking for others takes a while, in which the table can be split.
  const [cursors] = await Promise.all([
    begunCursors(control, context),
    claimed.withWatch((session) => neighbours.settle(session, attempt.signal)),
  ])
  meter.begin(cursors, await estimatedRows(control, ref))
  const throttle = await Throttle.open(control, run)
  try {
    await fillPasses(control, context, throttle, cursors)
  } finally {
    await throttle.close()
  }
  attempt.signal.throwIfAborted()
  meter.finish()
  await observer.progress(step.id, meter.read(Date.now(), { restingBecause: null, restRatio: 0 })).catch(() => {})
}

async function fillPasses(
  control: Session,
  context: Filling,
  throttle: Throttle,
  begun: readonly Cursor[],
): Promise<void> {
  const { run, step, meter, claimed, limits, attempt } = context
  const ref = { run: run.run, step: step.id }
  const progress = new ProgressMade()
  let cursors = begun
  while (cursors.length > 0) {
    await fillPass(control, { ...context, queue: new RangeQueue(cursors) }, throttle)
    meter.endPass()
    if (await isDone(control, context)) break
    await progress.afterPass(meter.filled, step, { budgetMs: limits.lockBudgetMs, signal: attempt.signal })
    if ((cursors[0]?.pass ?? 1) >= patientPasses) await waitForLockedRow(control, context, throttle)
    await control.transaction(async () => {
      await checkFence(control, claimed.claim)
      await beginNextPass(control, ref)
    })
    cursors = await readCursors(control, ref)
  }
}

/** Filling goes on for as long as dual write does: without it, what is filled is out of step again in a moment. */
async function isDone(control: Session, { run, step, work }: Pick<Filling, "run" | "step" | "work">): Promise<boolean> {
  await demandFooting(control, run, work)
  const seen = await observe(control, step)
  if (seen === "other") throw shapeDiffers(step)
  return seen === work.goal
}

/** Where an earlier attempt got to; else the table is split. */
async function begunCursors(control: Session, { run, step, claimed }: Filling): Promise<readonly Cursor[]> {
  const { backfill } = step
  const ref = { run: run.run, step: step.id }
  const begun = await readCursors(control, ref)
  if (begun.length > 0) return begun
  const size = await sizeUp(control, backfill)
  const parts = Math.min(mostRanges, Math.max(1, Math.ceil(size.rows / rowsPerRange)))
  const ranges = await splitTable(control, backfill, parts)
  await control.transaction(async () => {
    await checkFence(control, claimed.claim)
    await createCursors(control, ref, {
      relation: backfill.relation,
      rowsTotal: size.rows,
      byKey: backfill.key.length > 0,
      ranges,
    })
  })
  return readCursors(control, ref)
}

async function finish(control: Session, { run, step, work, claimed, attempt, meter }: Filling): Promise<void> {
  const { direction } = work
  await control.transaction(async () => {
    await checkFence(control, claimed.claim)
    await demandFooting(control, run, work)
    await settleTotal(control, { run: run.run, step: step.id }, meter.total)
    await writeJournal(control, claimed.claim, attempt, { step: step.id, direction, outcome: "done" })
  })
}
