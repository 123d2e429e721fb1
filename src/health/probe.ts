import type { ProbeConfig } from "../config/config.ts"
import type { Session } from "../postgres/session.ts"

/** How long one probe may take to answer, in milliseconds. */
const answerWithinMs = 5_000

/** Asks a probe once. Answers null where it is well, else what is wrong, in words without data. */
export async function askProbe(probe: ProbeConfig, session: Session): Promise<string | null> {
  try {
    return probe.kind === "http" ? await askHttp(probe.url) : await askSql(probe, session)
  } catch (error) {
    return error instanceof Error ? error.message : "no answer"
  }
}

async function askHttp(url: string): Promise<string | null> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) })
  await response.body?.cancel()
  return response.ok ? null : `answered ${response.status}`
}

async function askSql(probe: Extract<ProbeConfig, { kind: "sql" }>, session: Session): Promise<string | null> {
  const rows = await session.transaction(async () => {
    await session.query("SET TRANSACTION READ ONLY")
    await session.query(`SET LOCAL statement_timeout = ${answerWithinMs}`)
    return session.query<Record<string, unknown>>(probe.sql)
  })
  const value = Object.values(rows[0] ?? {})[0]
  return meets(value, probe.expect) ? null : `expected ${probe.expect}, found something else`
}

/** `< 10`, `>= 3`, `= ok`, `!= 0`; without a sign, equality. Numbers compare as numbers where both are. */
export function meets(value: unknown, expectation: string): boolean {
  const [, sign = "=", wanted = ""] = /^\s*(<=|>=|!=|<>|<|>|=)?\s*(.*?)\s*$/s.exec(expectation) ?? []
  if (value === null || value === undefined) return false
  const text = String(value)
  const [left, right] = [Number(text), Number(wanted)]
  const numeric = text.trim() !== "" && wanted !== "" && !Number.isNaN(left) && !Number.isNaN(right)
  const order = numeric ? Math.sign(left - right) : text < wanted ? -1 : text > wanted ? 1 : 0
  switch (sign) {
    case "<":
      return order < 0
    case "<=":
      return order <= 0
    case ">":
      return order > 0
    case ">=":
      return order >= 0
    case "=":
      return order === 0
    default:
      return order !== 0
  }
}
