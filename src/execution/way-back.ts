import type { ErrorFinding } from "../domain/errors.ts"
import { laterRevision } from "../domain/later-run.ts"
import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import { laterRunOf } from "./later-runs.ts"
import { journalLock } from "./schema/ensure-journal.ts"
import { noWayBack } from "./step-work.ts"
import type { TargetRun } from "./target-run.ts"
import { journaledState } from "./under-way.ts"
import { viewsInTheWay } from "./views-in-the-way.ts"

/** True of a step of the contract that nothing takes back. */
function isOneWayContract({ phase, action, undo }: Step): boolean {
  return phase === "contract" && action === "sql" && undo === null
}

/**
 * Why a run that has contracted can't be taken back: its contract has no undo, a later run has built on it, or version
 * views that were made since show what it made. Null: it can, or its contract isn't done. Changes nothing.
 */
export async function closedWayBack(
  session: Session,
  meant: Pick<TargetRun, "run" | "plan" | "control">,
): Promise<ErrorFinding | null> {
  const { run, plan } = meant
  const state = await journaledState(session, meant)
  if (state !== "contracted" && state !== "completed") return null
  // What came before it would go, and what it took would not come back.
  const oneWay = plan.steps.find(isOneWayContract)
  if (oneWay) return noWayBack(oneWay).finding
  const later = await laterRunOf(session, run)
  return later ? laterRevision(run, later) : viewsInTheWay(session, run, plan)
}

/**
 * Gives a run its lease back for the way back, so that nobody else takes its relations meanwhile; a run that has it
 * keeps it. Answers why not where the way is closed, and gives nothing then. `from`: which state is taken for one to go
 * back from; any other, and a run that the journal doesn't have, stays as it is.
 */
export async function openWayBack(
  session: Session,
  run: Pick<TargetRun, "run" | "plan" | "control">,
  from: "contracted" | "completed" = "contracted",
): Promise<ErrorFinding | null> {
  return session.transaction(async () => {
    await session.query("SELECT pg_advisory_xact_lock($1)", [journalLock])
    const closed = await closedWayBack(session, run)
    if (closed === null && (await journaledState(session, run)) === from)
      await session.query("UPDATE sluice.run SET state = 'active', ended_at = NULL WHERE run = $1", [run.run])
    return closed
  })
}
