import { isGrpcServiceError } from "@temporalio/client"
import { workflowQueue } from "../domain/queues.ts"
import type { RunStatus } from "../domain/run.ts"
import { noWorker } from "./pollers.ts"
import { isUnreachable, type TemporalLink } from "./temporal.ts"

/**
 * Has the run's workflow answer a query, which changes nothing. The server goes on naming a killed worker as poller
 * for minutes; only an answer proves that somebody is there. Other failures than silence don't matter here.
 */
export async function requireAnswer(link: TemporalLink, status: RunStatus, milliseconds: number): Promise<void> {
  try {
    await link.call(milliseconds, (client) => client.workflow.getHandle(status.workflowId).query("status"))
  } catch (error) {
    if (isSilence(error)) throw noWorker(workflowQueue, "workflow")
  }
}

/** Deadline passed, or the server itself says that no poller came by lately. */
function isSilence(error: unknown): boolean {
  if (isUnreachable(error)) return true
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (isGrpcServiceError(at) && /no poller/i.test(at.details)) return true
  return false
}
