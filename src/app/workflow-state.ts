import { WorkflowNotFoundError } from "@temporalio/client"
import { SluiceError } from "../domain/errors.ts"
import { hasEnded, type RunStatus } from "../domain/run.ts"
import type { TemporalLink } from "./temporal.ts"

/** What Temporal says about a run's workflow: `lost` where it was terminated, failed, or is not known there. */
export type WorkflowState = { readonly kind: "running" } | { readonly kind: "lost"; readonly why: string }

/** Asks Temporal. Throws TEMPORAL_UNREACHABLE. */
export async function workflowStateOf(
  link: TemporalLink,
  status: RunStatus,
  milliseconds: number,
): Promise<WorkflowState> {
  try {
    const description = await link.call(milliseconds, (client) =>
      client.workflow.getHandle(status.workflowId).describe(),
    )
    if (description.status.name === "RUNNING" && description.memo?.["run"] === status.run) return { kind: "running" }
    // An aborted plan may run again under the same workflow id.
    if (description.status.name === "RUNNING") return { kind: "lost", why: "its workflow id now bears another run" }
    return { kind: "lost", why: `its workflow is ${description.status.name.toLowerCase().replaceAll("_", " ")}` }
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { kind: "lost", why: "Temporal does not know its workflow" }
    throw link.explain(error)
  }
}

/** True where the run should have a workflow but has none any more. */
export async function isOrphaned(
  link: TemporalLink,
  load: () => Promise<RunStatus>,
  milliseconds: number,
): Promise<string | null> {
  const status = await load()
  if (hasEnded(status.state)) return null
  const state = await workflowStateOf(link, status, milliseconds)
  if (state.kind === "running") return null
  // It may have ended between the two questions.
  return hasEnded((await load()).state) ? null : state.why
}

/** The same asked on the side: where Temporal doesn't answer, nothing is known, and null is the answer too. */
export async function whyOrphaned(
  link: TemporalLink,
  load: () => Promise<RunStatus>,
  milliseconds: number,
): Promise<string | null> {
  try {
    return await isOrphaned(link, load, milliseconds)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return null
  }
}
