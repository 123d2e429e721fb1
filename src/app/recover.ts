import { RefusedError } from "../domain/errors.ts"
import { hasEnded, type RunStatus } from "../domain/run.ts"
import { recoverRun, type Recovered as Ended } from "../execution/recover-run.ts"
import { Ledger } from "../ledger/chain.ts"
import type { App } from "./context.ts"
import { isForeign, knownRun } from "./foreign-run.ts"
import { endOrphan, type OrphanEnd } from "./orphaned-workflow.ts"
import { takeUp } from "./take-up.ts"

/** `aborting` and `running`: it was taken up again, and its workflow goes on. */
export interface Recovered extends Omit<Ended, "state" | "workflowId"> {
  readonly state: Ended["state"] | "aborting" | "running"
  /** What became of the workflow that nobody could speak to any more; left out where the run goes on by one. */
  readonly workflow?: { readonly id: string; readonly end: OrphanEnd }
}

/**
 * Ends a run that the target's journal knows and this control database doesn't, or as another one by the same name, which has
 * ended; takes up one that has ended here and
 * not there, because the target was restored to an older state. One that is under way here has an abort.
 */
export async function recover(
  app: App,
  request: { readonly run: string; readonly target: string },
): Promise<Recovered> {
  const { run } = request
  await app.control()
  const known = await knownRun(app, run)
  if (known === null) return recoverForeign(app, request)
  if (known !== "unasked" && hasEnded(known.state)) {
    const { target } = known
    return (await isForeign(app, target, run)) ? recoverForeign(app, { run, target }) : takeUp(app, known)
  }
  throw new RefusedError({
    code: "RUN_KNOWN",
    subject: run,
    message: "this control database knows the run as under way, so that it can be ended in order",
    hint: `sluice abort ${run}`,
  })
}

/** The target in which a run is to be recovered: its own, where it is known here; else the one that was named. */
export async function recoveryTarget(app: App, run: string, named: string | undefined): Promise<string> {
  const known: RunStatus | "unasked" | null = await knownRun(app, run)
  return known !== null && known !== "unasked" ? known.target : app.targetOrOnly(named).name
}

async function recoverForeign(
  app: App,
  request: { readonly run: string; readonly target: string },
): Promise<Recovered> {
  const target = app.target(request.target)
  const { run } = request
  const ledger = new Ledger(await app.control())
  await ledger.append({ actor: app.actor, kind: "recover.intent", detail: { run, target: target.name } })
  const attempt = { signal: new AbortController().signal, number: 1, heartbeat: () => {} }
  const recovered = await recoverRun({ run, target }, attempt)
  const { state, undone, left } = recovered
  const detail = { run, target: target.name, state, undone: undone.length, left: left.length }
  await ledger.append({ actor: app.actor, kind: "recover.outcome", detail })
  const { workflowId } = recovered
  return { run, state, undone, left, workflow: { id: workflowId, end: await endOrphan(app, { run, workflowId }) } }
}
