import { RefusedError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"
import type { JournaledRunState } from "./run-rows.ts"
import { journalVersion } from "./schema/ensure-journal.ts"

/** How the run stands in the target's journal; null where that doesn't have it, or isn't there (any more). */
export async function journaledState(session: Session, run: string): Promise<JournaledRunState | null> {
  if ((await journalVersion(session)) === 0) return null
  const [row] = await session.query<{ state: JournaledRunState }>("SELECT state FROM sluice.run WHERE run = $1", [run])
  return row?.state ?? null
}

/** True where the run may still do and undo steps. */
export function isUnderWay(state: JournaledRunState | null): boolean {
  return state === "active" || state === "contracted"
}

/**
 * Nothing is done for a run that the journal has as ended, whatever its workflow believes: one that was reset from
 * outside begins its steps again. Throws RefusedError RUN_ENDED.
 */
export async function demandUnderWay(session: Session, run: string): Promise<void> {
  const state = await journaledState(session, run)
  if (!isUnderWay(state)) throw runEnded(run, state)
}

export function runEnded(run: string, state: JournaledRunState | null): RefusedError {
  const stands = state === null ? "isn't in the target's journal" : `stands as ${state} in the target's journal`
  return new RefusedError({
    code: "RUN_ENDED",
    subject: run,
    message: `run ${run} ${stands}: nothing is done for it any more`,
    hint: "Start the plan as a new run.",
  })
}
