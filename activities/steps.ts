import type { BackfillStep, SqlStep, Step, VerifyStep } from "../src/domain/step.ts"
import { BugError, RefusedError } from "../src/domain/errors.ts"
import { isAfter } from "../src/domain/phase.ts"
import type { ExecutionObserver, TargetRun } from "../src/execution/target-run.ts"
import type { Attempt } from "../src/execution/attempt.ts"
import { openWayBack, wasEverDone } from "../src/execution/journal.ts"
import { performStep } from "../src/execution/perform-step.ts"
import { runBackfill, undoBackfill } from "../src/execution/backfill.ts"
import { runVerify } from "../src/execution/verify.ts"
import { undoStep } from "../src/execution/undo-step.ts"
import { withSession, type Session } from "../src/postgres/session.ts"
import { observerFor } from "./observer.ts"
import { attempted } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { whatTargetKnows } from "./lost-work.ts"
import { onTheWayForward, targetRunOf } from "./target-run.ts"
import type { RunRef, StepActivities } from "./types.ts"

/** The steps of a plan: one activity per kind, so that the workflow gives each its own patience. */
export function createStepActivities(deps: ActivityDeps): StepActivities {
  const forward: Direction = (ref, id, work) => onTarget(deps, ref, id, onTheWayForward, work)
  const back: Direction = (ref, id, work) => onTarget(deps, ref, id, targetRunOf, work)
  return {
    performStep: (ref, id) =>
      forward(ref, id, async ({ run, attempt, observer }) => {
        return { outcome: await performStep(run, stepOf(run, id, "sql"), attempt, observer) }
      }),
    undoStep: (ref, id) =>
      back(ref, id, async ({ run, attempt, observer }) => {
        const step = stepOf(run, id)
        const known = await whatTargetKnows(deps, run, step, attempt.signal)
        if (known === "elsewhere") return { outcome: "observed" }
        const isLost = known === "lost"
        if (!isAfter(step.phase, "soak")) return { outcome: await undoStep(run, step, attempt, observer, isLost) }
        // The lease first: between the two nobody else may take the relations.
        await demandWayBack(run, attempt)
        const outcome = await undoStep(run, step, attempt, observer, isLost)
        // Asked afterwards: until the undo has claimed the step, an attempt that was given up may still do it.
        return {
          outcome,
          wasDone:
            isLost ||
            known === "gone" ||
            (await askJournal(run, attempt, (session) => wasEverDone(session, run.run, id))),
        }
      }),
    undoBackfill: (ref, id) =>
      back(ref, id, async ({ run, attempt, observer }) => {
        const step = stepOf(run, id, "backfill")
        if ((await whatTargetKnows(deps, run, step, attempt.signal)) === "elsewhere")
          return { outcome: "observed", rows: 0 }
        await demandWayBack(run, attempt)
        return undoBackfill(run, step, attempt, observer)
      }),
    runBackfill: (ref, id) =>
      forward(ref, id, ({ run, attempt, observer }) =>
        runBackfill(run, stepOf(run, id, "backfill"), attempt, observer),
      ),
    runVerify: (ref, id) =>
      forward(ref, id, ({ run, attempt, observer }) => runVerify(run, stepOf(run, id, "verify"), attempt, observer)),
  }
}

/** What an attempt of a step works with. */
interface Work {
  readonly run: TargetRun
  readonly attempt: Attempt
  readonly observer: ExecutionObserver
}

type Direction = <T extends { readonly outcome: string }>(
  ref: RunRef,
  id: string,
  work: (parts: Work) => Promise<T>,
) => Promise<T>

/** One attempt of the step; the ledger's outcome row says what it answers. */
function onTarget<T extends { readonly outcome: string }>(
  deps: ActivityDeps,
  ref: RunRef,
  id: string,
  runOf: typeof targetRunOf,
  work: (parts: Work) => Promise<T>,
): Promise<T> {
  return attempted(
    deps,
    ref,
    id,
    async (attempt, place) => work({ run: await runOf(deps, ref), attempt, observer: observerFor(deps, ref, place) }),
    (result) => ({ ...result }),
  )
}

/**
 * An abort or undo that was judged has taken the lease back already; one through Temporal's own cancel hasn't. Throws
 * RefusedError LATER_REVISION or NO_WAY_BACK.
 */
async function demandWayBack(run: TargetRun, attempt: Attempt): Promise<void> {
  const closed = await askJournal(run, attempt, (session) => openWayBack(session, run))
  if (closed !== null) throw new RefusedError(closed)
}

function askJournal<T>({ target }: TargetRun, { signal }: Attempt, ask: (session: Session) => Promise<T>): Promise<T> {
  return withSession({ url: target.url, applicationName: "sluice:lease", signal }, ask)
}

function stepOf(run: TargetRun, id: string): Step
function stepOf(run: TargetRun, id: string, action: "sql"): SqlStep
function stepOf(run: TargetRun, id: string, action: "backfill"): BackfillStep
function stepOf(run: TargetRun, id: string, action: "verify"): VerifyStep
function stepOf(run: TargetRun, id: string, action?: Step["action"]): Step {
  const step = run.plan.steps.find((candidate) => candidate.id === id)
  if (!step || (action && step.action !== action)) {
    throw new BugError({ code: "BUG", subject: id, message: `The plan has no such ${action ?? ""} step: ${id}` })
  }
  return step
}
