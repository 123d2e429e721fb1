import type { Step } from "../domain/step.ts"
import type { Attempt } from "./attempt.ts"
import { carryOut } from "./carry-out.ts"
import { withClaim } from "./claimed.ts"
import { comparedAgain } from "./compared-again.ts"
import { checkFence } from "./fence.ts"
import { lastOf, writeJournal, type StepOutcome } from "./journal-rows.ts"
import { isUnseen, observe } from "./observe.ts"
import { forgetCursors } from "./run-transactional.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"

/**
 * Takes a step back: the mirror of performStep. Succeeds too where the step never ran, ran in part, or was undone
 * already; what this run didn't make stays. Afterwards the step may be done again in the same run. A backfill or verify
 * step has nothing of its own to take back (its columns go with their own step): only its journal and cursors do.
 *
 * `held`: true where the control database knows that this run did the step. Where the journal has lost it, what the
 * catalog shows to be there is undone, and the rest counts as taken back.
 *
 * Throws as performStep does, and RefusedError NO_WAY_BACK where the step was done and has no undo.
 */
export async function undoStep(
  run: TargetRun,
  step: Step,
  attempt: Attempt,
  observer: ExecutionObserver,
  held = false,
): Promise<StepOutcome> {
  const work = { step, direction: "undo", held } as const
  if (step.undo === null && (step.action !== "sql" || !(await isDone(run, work, attempt, observer)))) {
    return forgetStep(run, step, attempt, observer)
  }
  return comparedAgain(run, attempt, observer, () => carryOut(run, work, attempt, observer))
}

/** By the journal; where that has lost the step, by the catalog, and also where that can't tell. */
async function isDone(
  run: TargetRun,
  { step, direction, held }: { readonly step: Step; readonly direction: "undo"; readonly held: boolean },
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<boolean> {
  return withClaim(run, { step: step.id, direction, attempt, observer }, async (session) => {
    const last = await lastOf(session, run.run, step.id)
    if (last !== null || !held) return last?.direction === "do"
    return isUnseen(step) || (await observe(session, step)) !== "before"
  })
}

async function forgetStep(
  run: TargetRun,
  step: Step,
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<StepOutcome> {
  return withClaim(run, { step: step.id, direction: "undo", attempt, observer }, (session, { claim }) =>
    session.transaction<StepOutcome>(async () => {
      await checkFence(session, claim)
      const last = await lastOf(session, run.run, step.id)
      await forgetCursors(session, run.run, step.id)
      if (last?.direction === "undo") return "observed"
      await writeJournal(session, claim, attempt, { step: step.id, direction: "undo", outcome: "observed" })
      return "observed"
    }),
  )
}
