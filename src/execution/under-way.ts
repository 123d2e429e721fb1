import { RefusedError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"
import { findRun, type JournaledRunState } from "./run-rows.ts"
import { anothersRun, isAnothers, nameTaken, type MeantRun } from "./whose-run.ts"

/**
 * How the run stands in the target's journal; null where that isn't there (any more), or doesn't have it: one of the same
 * name that belongs to another control database is another run.
 */
export async function journaledState(session: Session, meant: MeantRun): Promise<JournaledRunState | null> {
  const found = await findRun(session, meant.run)
  return found === null || isAnothers(found, meant) ? null : found.state
}

/** True where the run may still do and undo steps. */
export function isUnderWay(state: JournaledRunState | null): boolean {
  return state === "active" || state === "contracted"
}

/**
 * Nothing is done for a run that the journal has as ended, whatever its workflow believes: one that was reset from
 * outside begins its steps again. Throws RefusedError RUN_ENDED, or what notThere answers where it doesn't have the run.
 */
export async function demandUnderWay(session: Session, meant: MeantRun): Promise<void> {
  const state = await journaledState(session, meant)
  if (state === null) throw await notThere(session, meant)
  if (!isUnderWay(state)) throw runEnded(meant.run, state)
}

/** Why the journal doesn't have a run: RUN_NAME_TAKEN where it has another one of that name, else RUN_NOT_IN_TARGET. */
export async function notThere(session: Session, meant: MeantRun): Promise<RefusedError> {
  const other = await anothersRun(session, meant)
  return other === null ? notInTarget(meant.run) : nameTaken(other)
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
function notInTarget(run: string): RefusedError {
  return new RefusedError({
    code: "RUN_NOT_IN_TARGET",
    subject: run,
    message: `the target knows nothing of run ${run} (any more): it was restored to before it, or schema sluice was dropped`,
    hint: `\`sluice abort ${run}\` (\`undo\` once purge has begun) takes back what of its work is still there, and ends it; then start the plan as a new run.`,
  })
}
