import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import type { WaitName } from "../domain/gate.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName } from "../domain/relation.ts"
import type { RunStatus } from "../domain/run.ts"
import { isPurged, missingArchives } from "../execution/archives.ts"
import { openWayBack } from "../execution/journal.ts"
import { journaledState } from "../execution/under-way.ts"
import { noWayBack, withoutWayBack } from "../recovery/way-back.ts"
import type { App } from "./context.ts"

/**
 * Why a run that has ended can't be undone now; null: it can. The target may have been restored to an older state, in
 * which it is kept or at work. The lease is taken back at once then: nobody else may begin in
 * between.
 */
export async function undoRefusal(app: App, status: RunStatus, plan: Plan): Promise<ErrorFinding | null> {
  const { run, target } = status
  const stuck = noWayBack(status, withoutWayBack(plan, status.steps))
  if (stuck) return stuck
  const own = { ...(await app.ownRun(run)), plan }
  return app.inTarget(app.target(target), "undo", async (session) => {
    const state = await journaledState(session, own)
    if (state === null) return forgotten(run)
    const gone = (await isPurged(session, { run, plan })) ? await missingArchives(session, plan) : []
    if (gone.length > 0) return archiveMissing(run, gone.map(displayName))
    return openWayBack(session, own, state === "contracted" ? state : "completed")
  })
}

/** What stands against the undo of a run that lost its workflow; a later run is asked after elsewhere. */
export function refuseLostUndo(status: RunStatus, plan: Plan, passed: readonly WaitName[]): void {
  const { run, steps } = status
  if (!passed.includes("contract"))
    throw new RefusedError({
      code: "UNDO_TOO_EARLY",
      subject: run,
      message: "the old shape isn't hidden yet",
      hint: `sluice abort ${run} undoes what was done`,
    })
  const stuck = noWayBack(status, withoutWayBack(plan, steps))
  if (stuck) throw new RefusedError(stuck)
}

function forgotten(run: string): ErrorFinding {
  return {
    code: "RUN_UNKNOWN",
    subject: run,
    message: "the target's journal doesn't know the run (any more), and without it nothing can be taken back",
    hint: "Was Sluice uninstalled there, or is it another database? The backup from before the run still holds the data. Where the target was restored to before the run, the plan can be started anew.",
  }
}

function archiveMissing(run: string, archives: readonly string[]): ErrorFinding {
  return {
    code: "ARCHIVE_MISSING",
    subject: run,
    message: `what the purge has dropped can't be filled again: ${archives.join(", ")} is gone`,
    hint: "Bring it back (from a backup of the database), then undo. The backup from before the run holds the older values.",
  }
}
