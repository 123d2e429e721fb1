import { RefusedError } from "../domain/errors.ts"
import { hasEnded, type RunStatus } from "../domain/run.ts"
import { doneAfter, readJournal, type JournaledRunState } from "../execution/journal.ts"
import { journaledState } from "../execution/under-way.ts"
import { loadPlan } from "../ledger/plans.ts"
import { takeUpAgain } from "../ledger/run-state.ts"
import type { App } from "./context.ts"
import { requireWorker } from "./probe.ts"
import type { Recovered } from "./recover.ts"
import { startWorkflow } from "./run-workflow.ts"
import { undoRefusal } from "./undo-refusal.ts"
import { isFurtherBack } from "./further-back.ts"
import { demandFree } from "./workflow-holder.ts"

/**
 * Takes a run up again that has ended here, in a target that was restored to an older state, and brings it there once
 * more: what was aborted is undone, what was completed is purged. A new execution of its workflow reads the journal and
 * goes on from that.
 */
export async function takeUp(app: App, status: RunStatus): Promise<Recovered> {
  const { run, planHash, workflowId } = status
  const control = await app.control()
  const there = await standingOf(app, status)
  if (!hasEnded(status.state) || there === null || !isFurtherBack(status.state, there)) throw nothingToRecover(status)
  if (status.state === "completed" && there === "active") throw beforeContract(run)
  await requireWorker(app.temporal())
  // A later run of the plan has to end first: the target doesn't know it.
  await demandFree(app, workflowId)
  const plan = await loadPlan(control, planHash)
  const verb = status.state === "aborted" ? "abort" : "retry"
  const refusal = verb === "abort" ? await undoRefusal(app, status, plan) : null
  if (refusal) throw new RefusedError(refusal)
  const lost = `it had ended (${status.state}), and stands as ${there} in the target`
  const done = await doneIn(app, status)
  await takeUpAgain(control, { run, planHash, actor: app.actor, verb, reason: "recovered", lost, done })
  await startWorkflow(app, { run, workflowId, plan, adopt: verb === "abort" ? "abort" : "continue" })
  return { run, state: verb === "abort" ? "aborting" : "running", undone: [], left: [] }
}

async function standingOf(app: App, { run, target }: RunStatus): Promise<JournaledRunState | null> {
  const own = await app.ownRun(run)
  return app.inTarget(app.target(target), "recover", (session) => journaledState(session, own))
}

async function doneIn(app: App, { run, target }: RunStatus): Promise<readonly string[]> {
  return doneAfter(await app.inTarget(app.target(target), "recover", (session) => readJournal(session, run)))
}

function nothingToRecover({ run, state }: RunStatus): RefusedError {
  return new RefusedError({
    code: "RUN_ENDED",
    subject: run,
    message: `the run has ended (${state}), and the target has it no further back`,
    hint: "There is nothing to recover.",
  })
}

/** Its gates were let through for applications as they were then: nothing goes through them again unasked. */
function beforeContract(run: string): RefusedError {
  return new RefusedError({
    code: "RUN_ENDED",
    subject: run,
    message: "the run has completed, and the target was restored to before its contract",
    hint: `sluice undo ${run} undoes what is there; then start the plan as a new run.`,
  })
}
