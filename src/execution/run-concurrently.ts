import { lockModes, type LockMode } from "../domain/lock.ts"
import type { Session } from "../postgres/session.ts"
import { findCourse } from "./course.ts"
import { checkFence } from "./fence.ts"
import { writeJournal, type StepOutcome } from "./journal-rows.ts"
import { demandEffect } from "./observe.ts"
import type { StepWork } from "./step-work.ts"
import type { StepContext } from "./step-context.ts"

/**
 * One try of a step that can't run in a transaction (CONCURRENTLY): the statement, then its journal row. Killed between
 * the two, the next attempt observes what there is. The fence is checked before; an attempt that is overtaken later
 * than that loses its session to the take-over, because it was connected by then.
 */
export async function tryConcurrently(
  session: Session,
  { run, claimed, attempt, limits }: StepContext,
  work: StepWork,
): Promise<StepOutcome | "repair"> {
  const { step, direction, statement } = work
  await checkFence(session, claimed.claim)
  const course = await findCourse(session, { run }, work)
  if (course === "repair") return "repair"
  if (course === "passed") return "observed"
  if (course === "run") {
    await session.query("SELECT set_config('sluice.run', $1, false), set_config('sluice.plan', $2, false)", [
      run.run,
      run.plan.hash,
    ])
    await session.query(`SET lock_timeout = ${lockTimeoutFor(step.lock, limits)}`)
    await session.query(statement)
    await session.query(`SET lock_timeout = ${limits.lockTimeoutMs}`)
    await demandEffect(session, work)
  }
  const outcome = course === "run" ? "done" : "observed"
  await session.transaction(async () => {
    await checkFence(session, claimed.claim)
    await writeJournal(session, claimed.claim, attempt, { step: step.id, direction, outcome })
  })
  return outcome
}

/**
 * How long a statement outside a transaction may wait for a lock, in milliseconds. SHARE UPDATE EXCLUSIVE conflicts
 * with no reader and no writer, so nobody queues behind its waiting, and CREATE INDEX CONCURRENTLY has to wait for
 * every older snapshot: under a short limit, an open transaction anywhere leaves an invalid index. It gets the whole
 * budget. A stronger mode would have the application's statements queue behind it and keeps the short limit.
 */
export function lockTimeoutFor(lock: LockMode, limits: { lockTimeoutMs: number; lockBudgetMs: number }): number {
  const isHarmless = lockModes.indexOf(lock) <= lockModes.indexOf("ShareUpdateExclusive")
  return isHarmless ? Math.max(limits.lockBudgetMs, limits.lockTimeoutMs) : limits.lockTimeoutMs
}
