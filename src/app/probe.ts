import { isGrpcServiceError } from "@temporalio/client"
import { workflowQueue } from "../domain/queues.ts"
import { noWorker, requirePollers } from "./pollers.ts"
import { isAbout, isUnreachable, type TemporalLink } from "./temporal.ts"

/**
 * Refuses where nobody would carry out what is about to be sent: it would wait for hours and then take effect. The
 * server goes on naming a killed worker as poller for a minute; only an answer proves that somebody is there. So the
 * run's own workflow, or else the latest one, ended or not, is asked a query, which changes nothing.
 */
export async function requireWorker(link: TemporalLink, workflowId?: string): Promise<void> {
  await requirePollers(link)
  const asked = workflowId ?? (await latestWorkflow(link))
  if (asked !== null && !(await answers(link, asked))) throw noWorker(workflowQueue, "workflow")
}

/** False where nobody answered in time. A failing query is an answer too. */
export async function answers(
  link: TemporalLink,
  workflowId: string,
  milliseconds = link.answerWithinMs,
): Promise<boolean> {
  try {
    await link.call(milliseconds, (client) => client.workflow.getHandle(workflowId).query("status"))
    return true
  } catch (error) {
    return !isSilence(error)
  }
}

/** Null before the first run ever, or where visibility can't be asked. */
async function latestWorkflow(link: TemporalLink): Promise<string | null> {
  try {
    return await link.call(link.answerWithinMs, async (client) => {
      const query = `WorkflowType = 'expandContract' AND TaskQueue = '${workflowQueue}'`
      for await (const { workflowId } of client.workflow.list({ query, pageSize: 1 })) return workflowId
      return null
    })
  } catch {
    return null
  }
}

/** Deadline passed, or the server itself says that no poller came by lately. */
function isSilence(error: unknown): boolean {
  return isUnreachable(error) || isAbout(error, (at) => isGrpcServiceError(at) && /no poller/i.test(at.details))
}
