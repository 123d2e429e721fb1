import { formatLimit, limitDefinitions, limitNames, readLimit, type LimitName } from "../config/limit-definitions.ts"
import { UserError } from "../domain/errors.ts"
import { nearestName } from "../domain/nearest.ts"
import type { Knobs } from "../execution/knobs.ts"

/** A switch beside the limits: whether a failing probe stops a backfill. */
const probes = "probes"

/**
 * `batchDuration=100ms parallelRanges=4 probes=off`, by the names of sluice.yaml or those of the target's row. Throws
 * UserError BAD_ARGUMENT on the first that makes no sense.
 */
export function parseKnobs(settings: readonly string[]): Knobs {
  const changes: { [name: string]: number | boolean | null } = {}
  for (const setting of settings) {
    const [name = "", value = ""] = setting.split(/=(.*)/s)
    if (name === probes) changes["watchProbes"] = onOrOff(value)
    else {
      const limit = limitNamed(name)
      changes[limitDefinitions[limit].key] = valueOf(limit, value)
    }
  }
  return changes
}

function limitNamed(name: string): LimitName {
  const known = limitNames.find((limit) => limit === name || limitDefinitions[limit].key === name)
  if (known) return known
  const all = [...limitNames, probes]
  const nearest = nearestName(name, all)
  throw badKnob(name, `there is no knob ${name}`, nearest ? `did you mean ${nearest}?` : `one of ${all.join(", ")}`)
}

function valueOf(limit: LimitName, text: string): number | null {
  const read = readLimit(limit, text)
  if ("value" in read) return read.value
  throw badKnob(limit, `${limit} ${read.problem}`, read.hint)
}

function onOrOff(text: string): boolean {
  if (text === "on" || text === "off") return text === "on"
  throw badKnob(probes, `${probes} must be on or off`, `${probes}=off`)
}

function badKnob(subject: string, message: string, hint: string): UserError {
  return new UserError({ code: "BAD_ARGUMENT", subject, message, hint })
}

/** A knob as it is typed: `batchDuration=100ms`, whatever its key in the target's row. */
export function knobText(key: string, value: number | boolean | null): string {
  if (typeof value === "boolean") return key === "watchProbes" ? `${probes}=${value ? "on" : "off"}` : `${key}=${value}`
  const name = limitNames.find((limit) => limitDefinitions[limit].key === key)
  return name === undefined ? `${key}=${value ?? "off"}` : `${name}=${formatLimit(name, value)}`
}
