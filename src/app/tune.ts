import { RefusedError } from "../domain/errors.ts"
import { hasEnded } from "../domain/run.ts"
import { writeKnobs, type Knobs } from "../execution/knobs.ts"
import { isRegistered } from "../execution/is-registered.ts"
import { anothersRun, nameTaken } from "../execution/whose-run.ts"
import { Ledger } from "../ledger/chain.ts"
import type { App } from "./context.ts"
import { knobText, parseKnobs } from "./knob-settings.ts"
import { findRun } from "./runs.ts"

export { knobText }

/** Turns knobs of a run while it works; each batch reads them anew. Answers all that are set. */
export async function tune(app: App, run: string, settings: readonly string[]): Promise<Knobs> {
  const changes = parseKnobs(settings)
  const status = await findRun(app, run)
  if (hasEnded(status.state))
    throw new RefusedError({
      code: "RUN_ENDED",
      subject: status.run,
      message: `the run has ended (${status.state}): there is nothing to tune`,
    })
  const target = app.target(status.target)
  const own = await app.ownRun(status.run)
  return app.inTarget(target, "tune", async (session) => {
    const other = await anothersRun(session, own)
    if (other !== null) throw nameTaken(other)
    if (!(await isRegistered(session, own)))
      throw new RefusedError({
        code: "RUN_TOO_EARLY",
        subject: status.run,
        message: `the run is at ${status.phase}: its knobs lie in the target, where it isn't entered yet`,
        hint: `sluice wait ${status.run} --for dual-write`,
      })
    const set = await writeKnobs(session, status.run, changes)
    await new Ledger(await app.control()).append({
      actor: app.actor,
      kind: "decision.accepted",
      run: status.run,
      detail: { verb: "tune", knobs: changes },
    })
    return set
  })
}
