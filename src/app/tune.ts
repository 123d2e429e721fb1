import { isRegistered } from "../execution/is-registered.ts"
import { parallelRangesBounds } from "../config/limits.ts"
import { parseDuration } from "../domain/duration.ts"
import { RefusedError, UserError } from "../domain/errors.ts"
import { nearestName } from "../domain/nearest.ts"
import { hasEnded } from "../domain/run.ts"
import { writeKnobs, type Knobs } from "../execution/knobs.ts"
import { Ledger } from "../ledger/chain.ts"
import type { App } from "./context.ts"
import { findRun } from "./runs.ts"

/** The knobs by the names that sluice.yaml gives them, and what the target's row calls them. */
const knobs = {
  batchDuration: "batchDurationMs",
  lockTimeout: "lockTimeoutMs",
  maxReplicaLag: "maxReplicaLagMs",
  parallelRanges: "parallelRanges",
} as const
type KnobName = keyof typeof knobs

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
  return app.inTarget(target, "tune", async (session) => {
    if (!(await isRegistered(session, status.run)))
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

/** `batchDuration=100ms parallelRanges=4`. Throws on the first that makes no sense. */
export function parseKnobs(settings: readonly string[]): Partial<Knobs> {
  const changes: { [name: string]: number | null } = {}
  for (const setting of settings) {
    const [name = "", value = ""] = setting.split(/=(.*)/s)
    const known = knobOf(name)
    changes[knobs[known]] = valueOf(known, value)
  }
  return changes
}

function knobOf(name: string): KnobName {
  const names = Object.keys(knobs) as KnobName[]
  const known = names.find((candidate) => candidate === name || knobs[candidate] === name)
  if (known) return known
  const nearest = nearestName(name, names)
  throw badKnob(name, `there is no knob ${name}`, nearest ? `did you mean ${nearest}?` : `one of ${names.join(", ")}`)
}

function valueOf(name: KnobName, value: string): number | null {
  if (name === "parallelRanges") {
    const { least, most } = parallelRangesBounds
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return number
    throw badKnob(name, `${name} must be a whole number from ${least} to ${most}`, `${name}=${least}`)
  }
  if (name === "maxReplicaLag" && value === "off") return null
  const milliseconds = parseDuration(value)
  if (milliseconds !== null && milliseconds > 0) return milliseconds
  throw badKnob(name, `${name} must be a duration above 0`, `${name}=250ms`)
}

function badKnob(subject: string, message: string, hint: string): UserError {
  return new UserError({ code: "BAD_ARGUMENT", subject, message, hint })
}
