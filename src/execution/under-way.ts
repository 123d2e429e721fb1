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
 * outside begins its steps again. Throws RefusedError RUN_ENDED, or RUN_NOT_IN_TARGET where it doesn't have the run.
 */
export async function demandUnderWay(session: Session, run: string): Promise<void> {
  const state = await journaledState(session, run)
  if (!isUnderWay(state)) throw runEnded(run, state)
}

export function runEnded(run: string, state: JournaledRunState | null): RefusedError {
  if (state === null) return notInTarget(run)
  return new RefusedError({
    code: "RUN_ENDED",
    subject: run,
    message: `run ${run} stands as ${state} in the target's journal: nothing is done for it any more`,
    hint: "Start the plan as a new run.",
  })
}

/** The refusal of what is to be done for a run that the target's journal doesn't have. */
export function notInTarget(run: string): RefusedError {
  return new RefusedError({
    code: "RUN_NOT_IN_TARGET",
    subject: run,
    message: `the target knows nothing of run ${run} (any more): it was restored to before it, or schema sluice was dropped`,
    hint: `\`sluice abort ${run}\` (\`undo\` once purge has begun) takes back what of its work is still there, and ends it; then start the plan as a new run.`,
  })
}
