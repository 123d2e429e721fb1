import { RefusedError, SluiceError, TransientError } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import type { JournaledRun } from "../execution/journal.ts"
import { runsIn } from "./journal-view.ts"
import { storePlan } from "../ledger/plans.ts"
import type { Control } from "../ledger/control.ts"
import { finishRun } from "../ledger/run-state.ts"
import { listRuns } from "../ledger/run-status.ts"
import { createRun, runActive } from "../ledger/runs.ts"
import type { App } from "./context.ts"
import { makePlan, type PlanRequest } from "./make-plan.ts"
import { requireWorker } from "./probe.ts"
import { startWorkflow, workflowIdOf } from "./run-workflow.ts"
import { demandFree } from "./workflow-holder.ts"

export interface StartRequest extends PlanRequest {
  /** The hash of the plan that was looked at, or its first 8 or more digits: another plan is refused. */
  readonly plan?: string | undefined
}

export interface Started {
  readonly run: string
  readonly workflowId: string
  readonly planHash: string
}

/** Starts a run and answers once Temporal has accepted it. */
export async function start(app: App, request: StartRequest): Promise<Started> {
  const control = await app.control()
  const { plan, evidence, database, conflict } = await makePlan(app, request)
  refuseOtherPlan(plan, request.plan)
  const known = await app.inTarget(app.target(plan.target), "start", runsIn)
  refuseWhatTheJournalForbids(known, plan)
  if (conflict) throw conflict
  await refuseOpenRun(control, plan)
  await requireWorker(app.temporal())
  const workflowId = workflowIdOf(plan)
  await demandFree(app, workflowId)

  await storePlan(control, plan, evidence, app.actor)
  const taken = known.map((other) => other.run)
  const { run } = await createRun(control, {
    target: plan.target,
    plan,
    startedBy: app.actor,
    workflowId,
    database,
    taken,
  })
  try {
    await startWorkflow(app, { run, workflowId, plan, adopt: null })
  } catch (error) {
    // No answer is no refusal: Temporal may have accepted it, and then the run goes on.
    if (error instanceof TransientError && error.code === "TEMPORAL_UNREACHABLE") throw startUnknown(run, error)
    // The run was written down but never began: it must not look as if it were under way.
    const reason = error instanceof SluiceError ? error.message : "the workflow could not be started"
    await finishRun(control, { run }, { state: "aborted", reason, actor: app.actor })
    throw error
  }
  return { run, workflowId, planHash: plan.hash }
}

function startUnknown(run: string, cause: TransientError): TransientError {
  const finding = {
    code: "OUTCOME_UNKNOWN",
    subject: run,
    message: `Temporal didn't answer in time: whether run ${run} has begun is unknown`,
    hint: `see sluice status ${run}; if it lost its workflow, sluice retry ${run} begins it and sluice abort ${run} ends it`,
  }
  return new TransientError(finding, { cause })
}

function refuseOtherPlan(plan: Plan, seen: string | undefined): void {
  if (seen === undefined || (seen.length >= 8 && plan.hash.startsWith(seen.toLowerCase()))) return
  throw new RefusedError({
    code: "PLAN_CHANGED",
    subject: seen,
    message: `the plan is now ${plan.hash.slice(0, 12)}, not ${seen.slice(0, 12)}: a revision, the catalog or a setting has changed since, or start wasn't given plan's own options`,
    hint: `look at it again: sluice plan --target ${plan.target}; it prints the command that starts it, with its options`,
  })
}

/** The journal in the target is the truth about what ran there; Temporal may have forgotten it. */
function refuseWhatTheJournalForbids(runs: readonly JournaledRun[], plan: Plan): void {
  for (const other of runs.filter((run) => run.planHash === plan.hash)) {
    if (other.state === "aborted") continue
    if (other.state === "completed")
      throw new RefusedError({
        code: "PLAN_APPLIED",
        subject: other.run,
        message: `the run ${other.run} has applied this plan already`,
        hint: `sluice status ${other.run}`,
      })
    throw runActive(other.run)
  }
}

/** A run that was started but hasn't reached the target yet stands in the control database alone. */
async function refuseOpenRun(control: Control, plan: Plan): Promise<void> {
  const open = await listRuns(control, { target: plan.target, open: true })
  const other = open.find((run) => run.planHash === plan.hash)
  if (other) throw runActive(other.run)
}
