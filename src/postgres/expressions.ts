import { SluiceError, TransientError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { ExpressionCheck } from "../domain/plan.ts"
import { qualified, sql, trusted, type Sql } from "../sql/sql.ts"
import type { Session } from "./session.ts"

/**
 * Has PostgreSQL itself judge expressions: names, types, functions and privileges. Nothing but constants is computed
 * and no row is read. Answers one error for each that it refuses; throws only where it couldn't be asked.
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
  try {
    // Planning computes constant parts; read only, so that not even a function that lies about itself can write.
    await session.transaction(() => session.query(explain(check)), { readOnly: true })
    return null
  } catch (error) {
    if (!(error instanceof SluiceError) || error instanceof TransientError) throw error
    return { ...error.finding, subject: check.subject, message: `${check.subject}: ${error.message}` }
  }
}

/** In a WHERE, so that aggregates, window functions and set-returning functions are refused as a trigger would. */
function explain({ relation, expression, type }: ExpressionCheck): Sql {
  // The type is text that format_type printed. The line break ends a comment that the expression may end with.
  return sql`EXPLAIN SELECT FROM ${qualified(relation)} WHERE ((${expression}\n)::${trusted(type)}) IS NULL`
}
