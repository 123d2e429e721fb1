import { RefusedError } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import type { CommandAnswer, OperatorVerb, RunStatus } from "../domain/run.ts"
import { openWayBack } from "../execution/journal.ts"
import { journaledState } from "../execution/under-way.ts"
import { Ledger } from "../ledger/chain.ts"
import { gatesPassedOf } from "../ledger/decisions.ts"
import { loadPlan } from "../ledger/plans.ts"
import { setRunState } from "../ledger/run-state.ts"
import type { App } from "./context.ts"
import { startWorkflow } from "./run-workflow.ts"
import { refuseLostUndo } from "./undo-refusal.ts"

/**
 * Takes up a run that lost its workflow: a new execution under the same id, which reads the journal and goes on
 * (`retry`) or unwinds (`abort`, `undo`). Other verbs have nobody to speak to.
 */
export async function adopt(
  app: App,
  status: RunStatus,
  verb: OperatorVerb,
  reason: string | null,
  lost: string,
): Promise<CommandAnswer> {
  if (verb !== "retry" && verb !== "abort" && verb !== "undo")
    throw new RefusedError({
      code: "ORPHANED",
      subject: status.run,
      message: `the run lost its workflow: ${lost}`,
      hint: `sluice retry ${status.run} takes it up where it stands; sluice abort ${status.run} undoes it`,
    })
  const control = await app.control()
  const plan = await loadPlan(control, status.planHash)
  const { run, workflowId } = status
  const undoes = verb !== "retry" || status.state === "aborting"
  if (verb !== "retry") await refuseNoWayBack(app, status, verb, plan)
  await new Ledger(control).append({
    actor: app.actor,
    kind: "run.adopted",
    run,
    detail: { verb, reason, lost, planHash: plan.hash },
  })
  // What it waited for before it was lost isn't open until the new execution says so.
  const now = undoes ? "aborting" : "running"
  await setRunState(
    control,
    { run },
    { state: now, phase: status.phase, waitingFor: null, findings: [], actor: app.actor },
  )
  await startWorkflow(app, { run, workflowId, plan, adopt: undoes ? "abort" : "continue" })
  return { accepted: true, state: now, phase: status.phase }
}

/** What the run's own workflow would refuse an abort or undo for. */
async function refuseNoWayBack(app: App, status: RunStatus, verb: "abort" | "undo", plan: Plan): Promise<void> {
  const { run, target } = status
  const passed = await gatesPassedOf(await app.control(), run)
  if (verb === "undo") refuseLostUndo(status, plan, passed)
  else if (passed.includes("purge")) throw purged(run)
  if (!passed.includes("contract")) return
  const own = { ...(await app.ownRun(run)), plan }
  const closed = await app.inTarget(app.target(target), "abort", async (session) => {
    // A control database that was restored doesn't know how far the run has come since.
    const isOver = (await journaledState(session, own)) === "completed"
    if (isOver && verb === "abort") throw purged(run)
    return openWayBack(session, own, isOver ? "completed" : "contracted")
  })
  if (closed !== null) throw new RefusedError(closed)
}

function purged(run: string): RefusedError {
  return new RefusedError({
    code: "PURGED",
    subject: run,
    message: "what was hidden is being dropped or is gone, so an abort can't bring it back",
    hint: `sluice retry ${run} brings the run to its end; sluice undo ${run} brings back what the purge has archived`,
  })
}
