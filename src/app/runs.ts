import { SluiceError, UserError } from "../domain/errors.ts"
import { waitNames, type WaitName } from "../domain/gate.ts"
import { nearestName } from "../domain/nearest.ts"
import type { RunStatus } from "../domain/run.ts"
import type { Control } from "../ledger/control.ts"
import { listRuns, loadRun } from "../ledger/run-status.ts"
import type { App } from "./context.ts"

/** A run by its id, or by the beginning of one where only one of the latest fits. */
export async function findRun(app: App, run: string): Promise<RunStatus> {
  const control = await app.control()
  const exact = await loadIfKnown(control, run)
  if (exact) return exact
  const known = await listRuns(control)
  const fitting = known.filter((status) => run !== "" && status.run.startsWith(run))
  const [only] = fitting
  if (only && fitting.length === 1) return only
  const ids = (fitting.length > 1 ? fitting : known).map((status) => status.run)
  const nearest = nearestName(run, ids)
  throw new UserError({
    code: "RUN_NOT_FOUND",
    subject: run,
    message: fitting.length > 1 ? `several runs begin with ${run}` : `there is no run ${run}`,
    hint: fitting.length > 1 ? ids.join(", ") : nearest ? `did you mean ${nearest}?` : "sluice list names them all",
  })
}

async function loadIfKnown(control: Control, run: string): Promise<RunStatus | null> {
  try {
    return await loadRun(control, run)
  } catch (error) {
    if (error instanceof SluiceError && error.code === "RUN_NOT_FOUND") return null
    throw error
  }
}

/** The gate that a run waits at, also while it is paused there; null where it waits at none. */
export async function openGate(app: App, run: string): Promise<WaitName | null> {
  const { waitingFor } = await findRun(app, run)
  return waitNames.find((name) => name === waitingFor) ?? null
}
