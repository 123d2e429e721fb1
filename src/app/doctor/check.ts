import { SluiceError } from "../../domain/errors.ts"
import type { Finding } from "../../domain/finding.ts"

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  /** `info`: it was not looked at, and the detail says where it is. */
  readonly state: "ok" | "info" | "warn" | "fail"
  readonly detail: string
  readonly hint: string | null
}

export function ok(name: string, detail: string): Check {
  return { name, state: "ok", detail, hint: null }
}

export function info(name: string, detail: string): Check {
  return { name, state: "info", detail, hint: null }
}

export function fail(name: string, detail: string, hint: string): Check {
  return { name, state: "fail", detail, hint }
}

export function warn(name: string, detail: string, hint: string): Check {
  return { name, state: "warn", detail, hint }
}

/** The hint of such a finding sends people to `doctor`, which would be a circle here. */
const deniedHint = "Have the owner of what the message names GRANT it to the role of the target's url."

/** A finding as a check, with what it is about; `info` is fine. */
export function checkOf(name: string, { code, severity, subject, message, hint }: Finding): Check {
  const states = { error: "fail", warning: "warn", info: "ok" } as const
  const detail = message.includes(subject) || name.includes(subject) ? message : `${subject}: ${message}`
  return { name, state: states[severity], detail, hint: code === "PERMISSION_DENIED" ? deniedHint : (hint ?? null) }
}

/** Runs a look of its own; what an error of ours found becomes checks, at least one failed, and the other looks go on. */
export async function look(name: string, work: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SluiceError) || error.kind === "BugError") throw error
    return error.findings.map((finding) => checkOf(name, finding))
  }
}
