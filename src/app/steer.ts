import { randomUUID } from "node:crypto"
import { WorkflowNotFoundError, WorkflowUpdateRPCTimeoutOrCancelledError } from "@temporalio/client"
import { RefusedError, TransientError } from "../domain/errors.ts"
import type { WaitName } from "../domain/gate.ts"
import { nonceKey } from "../domain/nonce.ts"
import { hasEnded, type Command, type CommandAnswer, type OperatorVerb, type RunStatus } from "../domain/run.ts"
import { loadRun } from "../ledger/run-status.ts"
import { adopt } from "./adopt.ts"
import type { App } from "./context.ts"
import { requireWorker } from "./probe.ts"
import { findRun } from "./runs.ts"
import { isUnreachable } from "./temporal.ts"
import { errorInside } from "./update-failure.ts"
import { furtherBack, type FurtherBack } from "./further-back.ts"
import { isOrphaned } from "./workflow-state.ts"

export interface SteerRequest {
  readonly run: string
  readonly verb: OperatorVerb
  readonly gate?: WaitName | undefined
  readonly reason?: string | undefined
  /** Given again, a decision whose outcome was unknown counts once. */
  readonly nonce?: string | undefined
}

/** How long a decision may take to be judged and carried out before its outcome counts as unknown. */
const answerDeadlineMs = 30_000
const askDeadlineMs = 2000

/** Sends a decision as an Update and waits for the answer. Sends nothing where nobody would carry it out. */
export async function steer(app: App, request: SteerRequest): Promise<CommandAnswer> {
  const status = await findRun(app, request.run)
  if (hasEnded(status.state)) throw ended(request.verb, status, await furtherBack(app, status, askDeadlineMs))
  const control = await app.control()
  const link = app.temporal()
  const lost = await isOrphaned(link, () => loadRun(control, status.run), askDeadlineMs)
  await requireWorker(link, lost === null ? status.workflowId : undefined)
  if (lost !== null) return adopt(app, status, request.verb, request.reason ?? null, lost)
  return send(app, status, request)
}

async function send(app: App, status: RunStatus, request: SteerRequest): Promise<CommandAnswer> {
  const nonce = request.nonce ?? randomUUID()
  const command: Command = {
    actor: app.actor,
    nonce,
    planHash: status.planHash,
    ...(request.gate && { gate: request.gate }),
    ...(request.reason !== undefined && { reason: request.reason }),
  }
  // Temporal counts an Update once by its id: another decision with the same nonce is another Update.
  const updateId = nonceKey({ verb: request.verb, gate: request.gate ?? null, nonce })
  try {
    return await app
      .temporal()
      .call(answerDeadlineMs, (client) =>
        client.workflow
          .getHandle(status.workflowId)
          .executeUpdate<CommandAnswer, [Command]>(request.verb, { args: [command], updateId }),
      )
  } catch (error) {
    const inside = errorInside(error)
    if (inside) throw inside
    if (error instanceof WorkflowNotFoundError) throw ended(request.verb, status, null)
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isUnreachable(error))
      throw unknownOutcome(status, request, nonce, error)
    throw app.temporal().explain(error)
  }
}

function ended(verb: OperatorVerb, status: RunStatus, back: FurtherBack | null): RefusedError {
  return new RefusedError({
    code: "RUN_ENDED",
    subject: status.run,
    message: `the run has ended${hasEnded(status.state) ? ` (${status.state})` : ""}`,
    hint:
      back?.finding.hint ??
      `sluice ${verb === "abort" && status.state === "completed" ? "undo" : "status"} ${status.run}`,
  })
}

/** An Update that was sent stays sent: it takes effect when a worker comes back. */
function unknownOutcome(status: RunStatus, request: SteerRequest, nonce: string, cause: unknown): TransientError {
  const gate = request.gate ? ` --gate ${request.gate}` : ""
  return new TransientError(
    {
      code: "OUTCOME_UNKNOWN",
      subject: status.run,
      message: `no answer to ${request.verb} within ${answerDeadlineMs / 1000} s: whether it was carried out is unknown, and it may still be`,
      hint: `see sluice status ${status.run}; to send it again so that it counts once: sluice ${request.verb} ${status.run}${gate} --nonce ${nonce}`,
    },
    { cause },
  )
}
