import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"

/** A process that can be told from a later one with the same number: what makes it safe to end one by its pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in the system's own words; on Linux with the boot it belongs to. Only good for comparing. */
  readonly startedAt: string
}

/** The identity of a running process; null where there is none, or only a zombie that nobody has reaped yet. */
export function identify(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === "linux" ? linuxStart(pid) : posixStart(pid)
  return startedAt === null ? null : { pid, startedAt }
}

/** The identity of this process. */
export function identifySelf(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, startedAt: "unknown" }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt
}

/**
 * Ends a process politely, then with SIGKILL once `graceMs` are over; returns when it is gone. A process that has
 * ended already, or whose number belongs to another one now, is left alone.
 */
export async function endProcess(
  identity: ProcessIdentity,
  options: { readonly signal?: NodeJS.Signals; readonly graceMs?: number } = {},
): Promise<void> {
  const { signal = "SIGTERM", graceMs = 10_000 } = options
  if (!send(identity, signal)) return
  const deadline = Date.now() + graceMs
  while (isAlive(identity)) {
    if (Date.now() > deadline) send(identity, "SIGKILL")
    await delay(25)
  }
}

/** Sends a signal if the process is still the one that was meant. */
export function send(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    process.kill(identity.pid, signal)
    return true
  } catch {
    return false // it ended between the two lines
  }
}

/** The words of a process's command line, joined by blanks; null where it can't be read. */
export function commandLine(pid: number): string | null {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim()
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim()
  } catch {
    return null
  }
}

function linuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The second field is the command in parentheses and may hold blanks; the state and the 22nd field (start, in
    // ticks since boot) are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    if (fields[0] === "Z" || fields[0] === "X") return null
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${fields[19]}`
  } catch {
    return null
  }
}

function posixStart(pid: number): string | null {
  try {
    const [state, ...started] = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/)
    return state === undefined || state.startsWith("Z") ? null : started.join(" ")
  } catch {
    return null
  }
}
