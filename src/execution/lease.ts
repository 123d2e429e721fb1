import type { LaterRun } from "../domain/later-run.ts"
import type { Plan } from "../domain/plan.ts"
import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import type { Direction } from "./journal-rows.ts"
import { laterRunOf } from "./later-runs.ts"
import { journalLock } from "./schema/ensure-journal.ts"

/** True of the step with which a run's lease on its relations ends: the one that hides the old shape. */
export function endsLease({ steps }: Pick<Plan, "steps">, step: Step, direction: Direction): boolean {
  return direction === "do" && step.id === steps.findLast(({ phase }) => phase === "contract")?.id
}

/** Within the transaction of that step, so that the lease ends exactly when the contract is there. */
export async function endLease(session: Session, run: string): Promise<void> {
  await session.query("UPDATE sluice.run SET state = 'contracted' WHERE run = $1 AND state = 'active'", [run])
}

/**
 * Gives a run its lease back for the way back, so that nobody else takes its relations meanwhile; a run that has it
 * keeps it. Answers the run that has built on them since, and then gives nothing. `from`: which state is taken for one to
 * go back from; any other, and a run that the journal doesn't have, stays as it is.
 */
export async function takeLeaseBack(
  session: Session,
  run: string,
  from: "contracted" | "completed" = "contracted",
): Promise<LaterRun | null> {
  return session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    const later = await laterRunOf(session, run)
    if (later === null)
      await session.query("UPDATE sluice.run SET state = 'active', ended_at = NULL WHERE run = $1 AND state = $2", [
        run,
        from,
      ])
    return later
  })
}
