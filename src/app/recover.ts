import { RefusedError } from "../domain/errors.ts"
import { recoverRun, type Recovered } from "../execution/recover-run.ts"
import { Ledger } from "../ledger/chain.ts"
import type { App } from "./context.ts"
import { isKnown } from "./foreign-run.ts"

export type { Recovered }

/** Ends a run that the target's journal knows and this control database doesn't. One that it knows has an abort. */
export async function recover(
  app: App,
  request: { readonly run: string; readonly target: string },
): Promise<Recovered> {
  const target = app.target(request.target)
  const { run } = request
  const control = await app.control()
  if (await isKnown(app, run))
    throw new RefusedError({
      code: "RUN_KNOWN",
      subject: run,
      message: "this control database knows the run, so that it can be ended in order",
      hint: `sluice abort ${run}`,
    })
  const ledger = new Ledger(control)
  await ledger.append({ actor: app.actor, kind: "recover.intent", detail: { run, target: target.name } })
  const attempt = { signal: new AbortController().signal, number: 1, heartbeat: () => {} }
  const recovered = await recoverRun({ run, target }, attempt)
  const { state, undone, left } = recovered
  const detail = { run, target: target.name, state, undone: undone.length, left: left.length }
  await ledger.append({ actor: app.actor, kind: "recover.outcome", detail })
  return recovered
}
