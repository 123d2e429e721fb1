import { Option } from "commander"
import { strategies, type Strategy } from "../../domain/plan.ts"
import { parseDuration } from "../../domain/duration.ts"
import { UserError } from "../../domain/errors.ts"
import { gateNames, waitNames, type GateMode, type GateName, type WaitName } from "../../domain/gate.ts"
import { nearestName } from "../../domain/nearest.ts"
import type { VersionRoles } from "../../domain/versions.ts"

/** One of a fixed set of words; anything else is an error that names the nearest. */
export function oneOf<T extends string>(what: string, value: string, known: readonly T[]): T {
  const found = known.find((name) => name === value)
  if (found !== undefined) return found
  const nearest = nearestName(value, known)
  throw new UserError({
    code: "BAD_ARGUMENT",
    subject: what,
    message: `${value} is not known for ${what}`,
    hint: nearest ? `did you mean ${nearest}?` : `one of ${known.join(", ")}`,
  })
}

export function gateOf(value: string | undefined): WaitName | undefined {
  return value === undefined ? undefined : oneOf("--gate", value, waitNames)
}

export function strategyOf(value: string | undefined): Strategy | undefined {
  return value === undefined ? undefined : oneOf("--strategy", value, strategies)
}

export function gateModeOption(): Option {
  return repeatable(
    "--gate <name=mode>",
    "pass a gate otherwise than sluice.yaml says: auto, manual or 30m; repeatable",
  )
}

export function roleOption(): Option {
  return repeatable(
    "--role <version=name>",
    "the role of the old or new version, otherwise than sluice.yaml says: old=app_v1, new=app_v2; repeatable",
  )
}

function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser(collect).default([])
}

/** `contract=auto`, `purge=manual`, `contract=30m` (by itself after that long). */
export function gateModesOf(values: readonly string[]): Readonly<Partial<Record<GateName, GateMode>>> {
  const modes: Partial<Record<GateName, GateMode>> = {}
  for (const value of values) {
    const [name = "", mode = ""] = value.split("=", 2)
    const gate = oneOf("--gate", name, gateNames)
    const afterMs = parseDuration(mode)
    if (mode === "manual" || mode === "auto") modes[gate] = mode
    else if (afterMs !== null) modes[gate] = { afterMs }
    else
      throw new UserError({
        code: "BAD_ARGUMENT",
        subject: "--gate",
        message: `${value} must say how the gate passes`,
        hint: `--gate ${gate}=auto, ${gate}=manual or ${gate}=30m`,
      })
  }
  return modes
}

/** `old=app_v1`, `new=app_v2`: who uses which version. */
export function rolesOf(values: readonly string[]): Partial<VersionRoles> {
  const pairs = values.map((value) => {
    const [version = "", ...role] = value.split("=")
    const name = role.join("=")
    if (name !== "") return [oneOf("--role", version, ["old", "new"]), name] as const
    const message = `${value} must say which role uses that version`
    throw new UserError({
      code: "BAD_ARGUMENT",
      subject: "--role",
      message,
      hint: "--role old=app_v1 --role new=app_v2",
    })
  })
  return Object.fromEntries(pairs)
}

/** A duration given as an option; null where it wasn't given. */
export function durationOf(option: string, value: string | undefined): number | null {
  if (value === undefined) return null
  const milliseconds = parseDuration(value)
  if (milliseconds !== null) return milliseconds
  throw new UserError({
    code: "BAD_ARGUMENT",
    subject: option,
    message: `${value} is not a duration`,
    hint: `${option} 500ms, 60s, 10m, 2h`,
  })
}

/** For commander: an option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
