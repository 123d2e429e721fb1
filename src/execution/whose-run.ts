import { RefusedError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"
import { findRun, type JournaledRun } from "./run-rows.ts"
import type { TargetRun } from "./target-run.ts"

/** A run by its name, and the control database that means it; where that is left out, it may be anybody's. */
export type MeantRun = Pick<TargetRun, "run" | "control">

/**
 * True where the journal's run of this name isn't the one that is meant: two control databases that start a plan at the
 * same time give the same name. One that an earlier version has entered counts as the one that is meant.
 */
export function isAnothers(found: Pick<JournaledRun, "control">, { control }: Pick<MeantRun, "control">): boolean {
  return control !== undefined && found.control !== null && found.control !== control
}

/** The run of another control database that bears the name in the target; null: none does. */
export async function anothersRun(session: Session, meant: MeantRun): Promise<JournaledRun | null> {
  const found = await findRun(session, meant.run)
  return found !== null && isAnothers(found, meant) ? found : null
}

/** The refusal of what is to be done for a run whose name is taken in the target. */
export function nameTaken({ run, state }: Pick<JournaledRun, "run" | "state">): RefusedError {
  return new RefusedError({
    code: "RUN_NAME_TAKEN",
    subject: run,
    message: `the target has a run ${run} that another control database has started (${state} there): nothing of it belongs to this one, which has nothing there`,
    hint: `\`sluice abort ${run}\` (\`undo\` once purge has begun) ends the run that is known here, and touches nothing of the other one. Where the other one doesn't apply the plan, start it as a new run then: that gets the next number.`,
  })
}
