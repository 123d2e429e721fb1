import type { ProbeConfig, Secret } from "../config/config.ts"
import { sqlstateOf } from "../postgres/map-error.ts"
import { useOwnSearchPath } from "../postgres/own-search-path.ts"
import { withSession } from "../postgres/session.ts"
import { meets } from "./expectation.ts"

/** How long one probe may take to answer, in milliseconds. */
const answerWithinMs = 5_000

/**
 * What a probe says, in words without data. `unanswerable`: its query can't be run at all, for want of a right or of
 * what it names: that says nothing of the application's health.
 */
export type ProbeAnswer =
  | { readonly state: "well" }
  | { readonly state: "ill" | "unanswerable"; readonly problem: string }

const well: ProbeAnswer = { state: "well" }

/**
 * Asks a probe once, an SQL probe in a session of its own at the target's `url`, read-only. Throws nothing but the
 * signal's reason.
 */
export async function askProbe(probe: ProbeConfig, url: Secret, signal?: AbortSignal): Promise<ProbeAnswer> {
  try {
    return probe.kind === "http" ? await askHttp(probe.url, signal) : await askSql(probe, url, signal)
  } catch (error) {
    signal?.throwIfAborted()
    return { state: isUnanswerable(error) ? "unanswerable" : "ill", problem: inWords(error) }
  }
}

async function askHttp(url: string, signal: AbortSignal | undefined): Promise<ProbeAnswer> {
  const timeout = AbortSignal.timeout(answerWithinMs)
  const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout })
  await response.body?.cancel()
  return response.ok ? well : { state: "ill", problem: `answered ${response.status}` }
}

async function askSql(
  probe: Extract<ProbeConfig, { kind: "sql" }>,
  url: Secret,
  signal: AbortSignal | undefined,
): Promise<ProbeAnswer> {
  const options = {
    url,
    applicationName: "sluice:probe",
    statementTimeoutMs: answerWithinMs,
    ...(signal && { signal }),
  }
  const rows = await withSession(options, async (session) => {
    // A person wrote it, for names as any session of this role finds them.
    await useOwnSearchPath(session)
    return session.transaction(() => session.query<Record<string, unknown>>(probe.sql), { readOnly: true })
  })
  const value = Object.values(rows[0] ?? {})[0]
  return meets(value, probe.expect) ? well : { state: "ill", problem: `expected ${probe.expect}, found something else` }
}

/** Syntax, unknown names and missing rights (42), what this server doesn't do (0A), and a query that writes (25006). */
function isUnanswerable(error: unknown): boolean {
  const sqlstate = sqlstateOf(error) ?? ""
  return sqlstate.startsWith("42") || sqlstate.startsWith("0A") || sqlstate === "25006"
}

/** fetch keeps the reason in its cause, and repeats the address, which may hold a password, in its message. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return "no answer"
  if (error.name === "TimeoutError") return `no answer within ${answerWithinMs / 1_000}s`
  if (!(error instanceof TypeError)) return error.message
  const code = error.cause instanceof Error && "code" in error.cause ? ` (${String(error.cause.code)})` : ""
  return `no connection${code}`
}
