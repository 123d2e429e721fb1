import { RefusedError } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import type { Session } from "../postgres/session.ts"
import { refuseConflict } from "./register-run.ts"
import { findRuns, setRunState } from "./run-rows.ts"
import { journalLock } from "./schema/ensure-journal.ts"

/** The contract is done: from here on other runs may work on the relations. */
export async function endLease(session: Session, run: string): Promise<void> {
  await setRunState(session, run, "contracted")
}

/**
 * The contract is about to be undone: the lease begins again. Throws RefusedError RUN_CONFLICT where another run works
 * on one of the relations by now: what that one builds upon is the shape that would be taken back.
 */
export async function beginLeaseAgain(session: Session, run: string, plan: Plan): Promise<void> {
  await session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    const others = (await findRuns(session)).filter((other) => other.run !== run)
    try {
      refuseConflict(plan, others)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      const hint = "It builds upon what would be taken back: abort that run first, then retry this one."
      throw new RefusedError({ ...error.finding, hint }, { cause: error })
    }
    await setRunState(session, run, "active")
  })
}
