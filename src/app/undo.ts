import { RefusedError } from "../domain/errors.ts"
import { hasEnded, type CommandAnswer, type RunStatus } from "../domain/run.ts"
import { recordDecision } from "../ledger/decisions.ts"
import { loadPlan } from "../ledger/plans.ts"
import { reopenRun } from "../ledger/run-state.ts"
import type { App } from "./context.ts"
import { requireWorker } from "./probe.ts"
import { startWorkflow } from "./run-workflow.ts"
import { findRun } from "./runs.ts"
import { steer } from "./steer.ts"
import { undoRefusal } from "./undo-refusal.ts"
import { furtherBack, type FurtherBack } from "./further-back.ts"

/** How long the target is asked for a hint. */
const askDeadlineMs = 2000

export interface UndoRequest {
  readonly run: string
  readonly reason?: string | undefined
  /** Given again, an undo whose outcome was unknown counts once. */
  readonly nonce?: string | undefined
}

export interface Undoing extends CommandAnswer {
  readonly run: string
}

/**
 * Begins the way back of a run from behind its contract. While it keeps the old shape, or purges, that is a decision for
 * its workflow; once it has completed, a new execution unwinds it from the journal, with what the purge has archived.
 * Answers once the way back is accepted. Throws RefusedError where nothing leads back, or a later run stands on this one.
 */
export async function undo(app: App, request: UndoRequest): Promise<Undoing> {
  const status = await findRun(app, request.run)
  const { run } = status
  if (!hasEnded(status.state)) return { run, ...(await steer(app, { ...request, run, verb: "undo" })) }
  if (status.state === "aborted") throw undone(status, await furtherBack(app, status, askDeadlineMs))
  await requireWorker(app.temporal())
  return undoCompleted(app, status, request)
}

async function undoCompleted(app: App, status: RunStatus, request: UndoRequest): Promise<Undoing> {
  const { run, planHash, workflowId } = status
  const control = await app.control()
  const plan = await loadPlan(control, planHash)
  const reopening = { run, planHash, actor: app.actor, reason: request.reason ?? null, nonce: request.nonce ?? null }
  const refusal = await undoRefusal(app, status, plan)
  if (refusal) {
    const { code, message } = refusal
    const decision = { ...reopening, verb: "undo", gate: null, evidenceHash: null, by: "command line" } as const
    await recordDecision(control, { ...decision, refusal: { code, message } })
    throw new RefusedError(refusal)
  }
  const phase = await reopenRun(control, reopening)
  await startWorkflow(app, { run, workflowId, plan, adopt: "abort" })
  return { run, accepted: true, state: "aborting", phase }
}

function undone({ run, findings }: RunStatus, back: FurtherBack | null): RefusedError {
  const left = findings.filter(({ code }) => code === "LEFT_BEHIND").length
  return new RefusedError({
    code: "RUN_ENDED",
    subject: run,
    message:
      left === 0
        ? "the run is undone already (aborted)"
        : `the run was undone but for ${left} step${left === 1 ? "" : "s"} that somebody left out (aborted)`,
    hint:
      back?.finding.hint ??
      (left === 0
        ? `sluice status ${run}`
        : `sluice status ${run} names what is still there, to be taken back by hand`),
  })
}
