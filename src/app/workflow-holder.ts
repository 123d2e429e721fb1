import { setTimeout as sleep } from "node:timers/promises"
import { WorkflowNotFoundError } from "@temporalio/client"
import { SluiceError } from "../domain/errors.ts"
import { hasEnded } from "../domain/run.ts"
import type { Control } from "../ledger/control.ts"
import { loadRun } from "../ledger/run-status.ts"
import { runActive } from "../ledger/runs.ts"
import type { App } from "./context.ts"

const askDeadlineMs = 2_000
/** A run's workflow writes its report after the run has ended; then it is gone. */
const closingMs = 10_000
const pollMs = 200

/** The run whose workflow bears the id at the moment; null: none does. Throws TEMPORAL_UNREACHABLE. */
export async function holderOf(app: App, workflowId: string): Promise<string | null> {
  const link = app.temporal()
  try {
    const { status, memo } = await link.call(askDeadlineMs, (client) =>
      client.workflow.getHandle(workflowId).describe(),
    )
    return status.name === "RUNNING" ? String(memo?.["run"] ?? workflowId) : null
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null
    throw link.explain(error)
  }
}

/** False as well for a run of another control database, of which nothing is known here. */
async function isOver(control: Control, run: string): Promise<boolean> {
  try {
    return hasEnded((await loadRun(control, run)).state)
  } catch (error) {
    if (error instanceof SluiceError && error.code === "RUN_NOT_FOUND") return false
    throw error
  }
}

/**
 * Waits while the workflow of a run that has just ended closes. Throws RefusedError RUN_ACTIVE, naming the run, where the
 * id is held by one that goes on.
 */
export async function demandFree(app: App, workflowId: string): Promise<void> {
  const control = await app.control()
  const giveUpAt = Date.now() + closingMs
  for (;;) {
    const run = await holderOf(app, workflowId)
    if (run === null) return
    if (Date.now() > giveUpAt || !(await isOver(control, run))) throw runActive(run)
    await sleep(pollMs)
  }
}
