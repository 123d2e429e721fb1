import { SluiceError, TransientError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { DataCheck } from "../domain/plan.ts"
import { displayName, type RelationName } from "../domain/relation.ts"
import { mostOffendingKeys } from "../domain/run.ts"
import { ownMark } from "../sql/own-statement.ts"
import { sql, type Sql } from "../sql/sql.ts"
import { findFailingRows } from "./failing-rows.ts"
import { sqlstateOf } from "./map-error.ts"
import { isRowSecurityActive } from "./row-security.ts"
import type { Session } from "./session.ts"

export interface OffendingKeys {
  readonly code: string
  readonly relation: RelationName
  /** At most {@link mostOffendingKeys}. For the control database only: they are row data. */
  readonly keys: readonly string[]
}

export interface DataCheckOptions {
  /** For each check, in milliseconds. Default ten minutes: it holds one snapshot that long. */
  readonly statementTimeoutMs?: number
}

export interface DataCheckResult {
  readonly findings: readonly Finding[]
  readonly keys: readonly OffendingKeys[]
}

/**
 * Proves promises about data. One error for each check that finds rows (with their exact count) or that fails on a
 * row's value; a warning where row security keeps rows from our eyes. Reads only. Each check has its own snapshot, so
 * that none is held longer than one of them takes. Throws only where it couldn't be asked.
 */
export async function runDataChecks(
  session: Session,
  checks: readonly DataCheck[],
  { statementTimeoutMs = 600_000 }: DataCheckOptions = {},
): Promise<DataCheckResult> {
  const findings = await findHiddenRows(session, checks)
  const keys: OffendingKeys[] = []
  const failing = new Set<string>()
  for (const check of checks) {
    // What fails is the same value in all checks of a column, and told once.
    if (check.each && failing.has(check.each.message)) continue
    const result = await runOne(session, check, statementTimeoutMs)
    if (result.finding) findings.push(result.finding)
    if (check.each && result.fails) failing.add(check.each.message)
    if (result.keys.length > 0)
      keys.push({ code: result.finding?.code ?? check.code, relation: check.relation, keys: result.keys })
  }
  return { findings, keys }
}

interface CheckResult {
  readonly finding: Finding | null
  /** True where what it computes failed on a row, so that it proves nothing. */
  readonly fails?: boolean
  readonly keys: readonly string[]
}

async function runOne(session: Session, check: DataCheck, timeoutMs: number): Promise<CheckResult> {
  const subject = displayName(check.relation)
  try {
    const { keys, count } = await look(session, check.sql, timeoutMs)
    if (count === 0) return { finding: null, keys }
    const message = `${check.message} (${rows(count)})`
    return { finding: { code: check.code, severity: "error", subject, message, hint: check.hint }, keys }
  } catch (error) {
    if (sqlstateOf(error) === "57014") return { finding: tooSlow(check, subject, timeoutMs), keys: [] }
    if (!(error instanceof SluiceError) || error instanceof TransientError) throw error
    return failed(session, check, error)
  }
}

/** The statement failed on a row that it doesn't name. */
async function failed(session: Session, check: DataCheck, { finding }: SluiceError): Promise<CheckResult> {
  const subject = displayName(check.relation)
  if (check.each && aboutRows.has(finding.code)) {
    const { keys, all } = await findFailingRows(session, check.each, mostOffendingKeys)
    const count = keys.length === 0 ? "" : ` (${all ? "" : "at least "}${rows(keys.length)})`
    const message = `${check.each.message}${count}: ${finding.message}`
    return {
      finding: { ...finding, subject, message, hint: keys.length === 0 ? unknownRows : knownRows },
      keys,
      fails: true,
    }
  }
  const message = `${subject}: ${finding.message}, when it was looked for rows of which this is true: ${check.message}`
  return { finding: { ...finding, subject, message, hint: unknownRows }, keys: [] }
}

const aboutRows = new Set(["DATA_REJECTED", "RAISED_BY_DATABASE"])
const knownRows = "Change these rows, or the expression so that it takes them; `sluice status` lists their keys."
const unknownRows =
  "Change such rows, or the expression so that it takes them. Their keys aren't known: PostgreSQL doesn't say which row it failed on."

function rows(count: number): string {
  return `${count} ${count === 1 ? "row" : "rows"}`
}

/** The count is asked only where there is something to count, in the same snapshot. */
async function look(session: Session, offending: Sql, timeoutMs: number): Promise<{ keys: string[]; count: number }> {
  const from = sql`FROM (${offending}\n) AS offending`
  return session.transaction(
    async () => {
      await session.query("SELECT set_config('statement_timeout', $1, true)", [`${timeoutMs}`])
      const limited = `SELECT ${ownMark} offending.key::text AS key ${from} LIMIT ${mostOffendingKeys + 1}`
      const found = await session.query<{ key: string | null }>(limited)
      const keys = found.slice(0, mostOffendingKeys).map(({ key }) => key ?? "NULL")
      if (found.length <= mostOffendingKeys) return { keys, count: found.length }
      const [counted] = await session.query<{ rows: number }>(`SELECT ${ownMark} count(*)::float8 AS rows ${from}`)
      return { keys, count: counted?.rows ?? found.length }
    },
    { isolation: "repeatable read", readOnly: true },
  )
}

async function findHiddenRows(session: Session, checks: readonly DataCheck[]): Promise<Finding[]> {
  const findings: Finding[] = []
  const relations = new Map(checks.map(({ relation }) => [displayName(relation), relation]))
  for (const [subject, relation] of relations) {
    const active = await isRowSecurityActive(session, relation)
    if (!active) continue
    const message = `${subject}: row security keeps some rows from this role, so nothing is proven about those`
    findings.push({ code: "ROW_SECURITY_HIDES_ROWS", severity: "warning", subject, message, hint: active.grant })
  }
  return findings
}

function tooSlow(check: DataCheck, subject: string, timeoutMs: number): Finding {
  const message = `${subject}: a check of its rows took longer than ${timeoutMs} ms and was given up: ${check.message}?`
  const hint = "Try at a quieter time; an index on the columns that the check reads may help."
  return { code: "DATA_CHECK_TOO_SLOW", severity: "error", subject, message, hint }
}
