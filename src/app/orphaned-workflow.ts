import { WorkflowNotFoundError } from "@temporalio/client"
import { SluiceError } from "../domain/errors.ts"
import type { App } from "./context.ts"
import { isUnreachable } from "./temporal.ts"

const deadlineMs = 3_000

/** `unasked`: Temporal didn't answer, or didn't let us in, so that it may still be there. */
export type OrphanEnd = "terminated" | "none" | "unasked"

/**
 * Ends the workflow of a run that no control database knows, once the run is over in its target: nobody can speak to it,
 * and it would keep the plan from being started again. One of the same id that belongs to another run is left alone.
 */
export async function endOrphan(
  app: App,
  { run, workflowId }: { readonly run: string; readonly workflowId: string },
): Promise<OrphanEnd> {
  const link = app.temporal()
  try {
    return await link.call(deadlineMs, async (client) => {
      const handle = client.workflow.getHandle(workflowId)
      const { status, memo, runId } = await handle.describe()
      if (status.name !== "RUNNING" || memo?.["run"] !== run) return "none"
      await client.workflow.getHandle(workflowId, runId).terminate(`${run} was recovered by ${app.actor}`)
      return "terminated"
    })
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return "none"
    // The run is over in its target, whatever Temporal says: that has to be told.
    if (isUnreachable(error) || link.explain(error) instanceof SluiceError) return "unasked"
    throw error
  }
}
