import { SluiceError, TransientError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { ExpressionCheck } from "../domain/plan.ts"
import { ownMark } from "../sql/own-statement.ts"
import { qualified, sql, trusted, type Sql } from "../sql/sql.ts"
import { sqlstateOf } from "./map-error.ts"
import type { Session } from "./session.ts"

/**
 * Has PostgreSQL itself judge expressions: names, types, functions and privileges, and computes one row's value, because
 * a function's body is looked at only where it runs. Answers one error for each that it refuses; throws only where it
 * couldn't be asked.
 */
export async function checkExpressions(
  session: Session,
  checks: readonly ExpressionCheck[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) {
    const finding = await judge(session, check)
    if (finding) findings.push(finding)
  }
  return findings
}

async function judge(session: Session, check: ExpressionCheck): Promise<Finding | null> {
  const statement = check.default === undefined ? explain(check) : explainDefault(check)
  try {
    // Planning computes constant parts; read only, so that not even a function that lies about itself can write.
    await session.transaction(() => session.query(statement), { readOnly: true })
    return check.default === undefined ? await tryOne(session, check) : null
  } catch (error) {
    if (!(error instanceof SluiceError) || error instanceof TransientError) throw error
    if (check.default !== undefined) return refusedDefault(check, error)
    return { ...withoutRows(error), subject: check.subject, message: `${check.subject}: ${error.message}` }
  }
}

/** Planning reads no row: what it rejects stands in the expression itself. */
function withoutRows({ code, finding }: SluiceError): Finding {
  return code === "DATA_REJECTED"
    ? { ...finding, hint: "Correct the expression: what stands in it can't be computed, whatever the row." }
    : finding
}

/** Names that a function's body doesn't find under the search_path that triggers have. */
const unknownNames: ReadonlySet<string> = new Set(["42883", "42P01", "42703", "42704", "3F000"])

/**
 * What a row's value may break otherwise is asked of all rows elsewhere. Throws nothing but what stands in the way of
 * asking.
 */
async function tryOne(
  session: Session,
  { relation, expression, type, subject }: ExpressionCheck,
): Promise<Finding | null> {
  try {
    await session.transaction(
      () =>
        session.query(
          sql`SELECT ${ownMark} ((${expression}\n)::${trusted(type)}) IS NULL FROM ${qualified(relation)} LIMIT 1`,
        ),
      { readOnly: true },
    )
  } catch (error) {
    if (!(error instanceof SluiceError) || error instanceof TransientError) throw error
    if (!unknownNames.has(sqlstateOf(error) ?? "")) return null
    return {
      code: "FUNCTION_NEEDS_PATH",
      severity: "error",
      subject,
      message: `${subject}: a function that it calls doesn't find a name under the search_path that triggers have (pg_catalog): ${error.message}`,
      hint: "Have the function bring its own: ALTER FUNCTION … SET search_path = … (and pg_temp last), or qualify the names in its body.",
    }
  }
  return null
}

/** In a WHERE, so that aggregates, window functions and set-returning functions are refused as a trigger would. */
function explain({ relation, expression, type }: ExpressionCheck): Sql {
  // The type is text that format_type printed. The line break ends a comment that the expression may end with.
  return sql`EXPLAIN SELECT FROM ${qualified(relation)} WHERE ((${expression}\n)::${trusted(type)}) IS NULL`
}

/**
 * A default is cast as by an assignment, which goes less far than a cast that somebody writes: `'7'::text` is no default
 * of a bigint. Nothing but a column shows how far, and the one that is meant may not be there yet; those of XMLTABLE
 * follow the same rule, and need neither a table nor a right to write.
 */
function explainDefault({ expression, type }: ExpressionCheck): Sql {
  return sql`EXPLAIN SELECT FROM XMLTABLE('/' PASSING (NULL::xml) COLUMNS value ${trusted(type)} DEFAULT (${expression}\n))`
}

function refusedDefault(check: ExpressionCheck, error: SluiceError): Finding | null {
  const { subject, expression, type } = check
  const isKept = check.default === "kept"
  // Applications compute a default, and with the column as it was they do so already: our own rights don't matter.
  if (isKept && error.code === "PERMISSION_DENIED") return null
  const hint = isKept
    ? "Name the default of the new shape in the operation (`default: …`), or that there is none (`default: null`)."
    : `Write it so that it is of that type: (…)::${type}.`
  if (error.code !== "TYPE_MISMATCH")
    return { ...withoutRows(error), subject, message: `${subject}: ${error.message}`, ...(isKept && { hint }) }
  const which = isKept ? "its default until now" : "the default"
  return {
    code: "DEFAULT_MISMATCH",
    severity: "error",
    subject,
    message: `${subject}: PostgreSQL casts ${which}, ${expression}, to ${type} only where it is told to`,
    hint,
  }
}
