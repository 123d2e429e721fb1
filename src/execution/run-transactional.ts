import type { Session } from "../postgres/session.ts"
import { demandNothingKept, hiddenBy } from "./bound-meanwhile.ts"
import { findCourse } from "./course.ts"
import { checkFence } from "./fence.ts"
import { demandFooting } from "./footing.ts"
import { writeJournal, type StepOutcome } from "./journal-rows.ts"
import { endLease, endsLease } from "./lease.ts"
import { lockRelations } from "./lock-relations.ts"
import { partsNow } from "./known-parts.ts"
import { demandEffect } from "./observe.ts"
import type { StepWork } from "./step-work.ts"
import type { StepContext } from "./step-context.ts"
import { makes, triggerSetsOf } from "./trigger-sets.ts"
import { demandUntouched, restsFor } from "./untouched.ts"

/**
 * One try of a transactional step: fence, observation, locks, statements, observation and journal row in one
 * transaction, so that it is there as a whole or not at all. `repair`: a leftover has to be cleared first.
 */
export async function tryTransactional(
  session: Session,
  { run, claimed, attempt, limits }: StepContext,
  work: StepWork,
): Promise<StepOutcome | "repair"> {
  const { step, direction, statement } = work
  return session.transaction(async () => {
    await session.query(`SET LOCAL lock_timeout = ${limits.lockTimeoutMs}`)
    await checkFence(session, claimed.claim)
    const course = await findCourse(session, { run }, work)
    if (course === "repair") return "repair"
    if (course === "passed") return "observed"
    const made = triggerSetsOf(run.plan).filter((set) => makes(statement, set))
    if (course === "run") {
      await session.query("SELECT set_config('sluice.run', $1, true), set_config('sluice.plan', $2, true)", [
        run.run,
        run.plan.hash,
      ])
      // What can be read before the locks is; and what is asked under them, the server then has planned.
      const rests = await restsFor(session, run, work)
      await partsNow(session, made)
      const hidden = await hiddenBy(run, work)
      await demandNothingKept(session, run, hidden)
      const { relations, lock } = direction === "undo" ? (step.undoLocks ?? step) : step
      await lockRelations(session, relations, lock, limits.lockTimeoutMs)
      // Again: from here on nobody can touch a trigger of these relations.
      await demandFooting(session, run, work)
      await demandUntouched(session, run, work, rests)
      // A setting that the statements left behind must not reach the observation.
      await session.query(`${statement}\n;\nSET LOCAL search_path = pg_catalog`)
      await demandEffect(session, work)
      await demandNothingKept(session, run, hidden)
    }
    const outcome = course === "run" ? "done" : "observed"
    const parts = course === "run" && made.length > 0 ? await partsNow(session, made) : null
    await writeJournal(session, claimed.claim, attempt, { step: step.id, direction, outcome, parts })
    if (endsLease(run.plan, step, direction)) await endLease(session, run.run)
    if (direction === "undo" && step.action === "backfill") await forgetCursors(session, run.run, step.id)
    return outcome
  })
}

/** A backfill that was undone starts from the beginning when it is done again. */
export async function forgetCursors(session: Session, run: string, step: string): Promise<void> {
  await session.query("DELETE FROM sluice.cursor WHERE run = $1 AND step = $2", [run, step])
  await session.query("DELETE FROM sluice.backfill WHERE run = $1 AND step = $2", [run, step])
}
