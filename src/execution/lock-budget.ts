import { TransientError } from "../domain/errors.ts"
import { displayName } from "../domain/relation.ts"
import { autovacuum, preparedTransaction, wraparoundVacuum, type Blocker } from "../domain/run.ts"
import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import { canYield, haveAutovacuumYield } from "./autovacuum-yields.ts"
import { BlockerWatch } from "./blocker-watch.ts"
import type { Claimed } from "./claimed.ts"
import { isLockFailure } from "./lock-not-gained.ts"
import { rest } from "./rest.ts"
import type { ExecutionObserver } from "./target-run.ts"

export interface LockBudget {
  readonly step: Step
  readonly claimed: Claimed
  readonly attempt: Attempt
  readonly observer: ExecutionObserver
  /** How long one try may wait for a lock. */
  readonly lockTimeoutMs: number
  /** How long it is tried in all. */
  readonly lockBudgetMs: number
  /** False: looks for blockers only once a try has failed, because one that works lasts long anyway. Default true. */
  readonly watchFirstTry?: boolean
  /**
   * Rests between two tries, so many milliseconds at least, and answers how many more it rested because it was told
   * to: these are no part of the budget. Default: rests for just so long.
   */
  readonly standBack?: (milliseconds: number) => Promise<number>
}

const longestPauseMs = 10_000

/**
 * Tries `work` until it gets its locks or the budget is used up. Between two tries it stands back, longer each time
 * and by a random part, so that whoever queued behind us gets through. While a try waits, those in the way are
 * reported. Throws TransientError LOCK_BUDGET that names them; any other failure of `work` passes at once.
 */
export async function withinLockBudget<T>(budget: LockBudget, session: Session, work: () => Promise<T>): Promise<T> {
  const { step, claimed, attempt, observer, lockTimeoutMs, lockBudgetMs } = budget
  const watch = new BlockerWatch(claimed, (blockers) => observer.blockers(step.id, blockers).catch(() => {}))
  // Twice per try, so that none is missed.
  const times = { afterMs: Math.min(lockTimeoutMs / 2, 500), everyMs: Math.min(lockTimeoutMs / 2, 1_000) }
  const { standBack = (milliseconds) => rest(milliseconds, attempt.signal).then(() => 0) } = budget
  let startedAt = Date.now()
  if (budget.watchFirstTry !== false) watch.start(session, times)
  try {
    for (let tries = 1; ; tries++) {
      try {
        const result = await work()
        await watch.clear()
        return result
      } catch (error) {
        attempt.signal.throwIfAborted()
        if (!isLockFailure(error)) throw error
        watch.start(session, times)
        // The last pause is cut short, so that the budget ends with a try and not with half of it unused.
        const left = startedAt + lockBudgetMs - Date.now()
        if (left < lockTimeoutMs) {
          const relations = step.relations.map(displayName).join(", ")
          throw exhausted({ subject: step.id, what: relations, lockBudgetMs }, watch.last, error)
        }
        startedAt += await standBack(Math.min(pauseAfter(tries, lockTimeoutMs), left))
        if (canYield(watch.last)) await haveAutovacuumYield(session, step.relations)
      }
    }
  } finally {
    await watch.stop()
  }
}

/** Doubles from half the lock timeout up to ten seconds, then takes a random half to whole of it. */
function pauseAfter(tries: number, lockTimeoutMs: number): number {
  const whole = Math.min((lockTimeoutMs / 2) * 2 ** Math.min(tries - 1, 10), longestPauseMs)
  return whole * (0.5 + Math.random() / 2)
}

/** LOCK_BUDGET, with who was seen in the way of `what`. */
export function exhausted(
  { subject, what, lockBudgetMs }: { readonly subject: string; readonly what: string; readonly lockBudgetMs: number },
  blockers: readonly Blocker[],
  cause: unknown,
): TransientError {
  const inTheWay =
    blockers.length === 0 ? "who held it was not seen" : `in the way: ${blockers.map(describe).join("; ")}`
  return new TransientError(
    {
      code: "LOCK_BUDGET",
      subject,
      message: `no lock on ${what} within ${seconds(lockBudgetMs)}; ${inTheWay}`,
      hint: hintFor(blockers),
    },
    { cause },
  )
}

function hintFor(blockers: readonly Blocker[]): string {
  const vacuums = blockers.filter(({ state }) => state === autovacuum || state === wraparoundVacuum)
  const prepared = blockers.filter(({ state }) => state === preparedTransaction)
  const sessions = blockers.filter((blocker) => !vacuums.includes(blocker) && !prepared.includes(blocker))
  const hints: string[] = []
  if (prepared.length > 0)
    hints.push(
      "No timeout and no end of a session ends a prepared transaction: whoever manages it has to say COMMIT PREPARED or ROLLBACK PREPARED (pg_prepared_xacts has its gid, and since when).",
    )
  if (sessions.length > 0)
    hints.push(
      `Let them finish, or end them: ${sessions.map(({ pid }) => `SELECT pg_terminate_backend(${pid});`).join(" ")}`,
    )
  if (vacuums.length > 0)
    hints.push(
      "Let the vacuum finish, then retry (pg_stat_progress_vacuum shows how far it is): one that prevents wraparound begins again where it is ended. A VACUUM by hand, which knows no cost delay, is faster.",
    )
  return hints.length === 0 ? "Try again at a quieter time, or raise limits.lockBudget." : hints.join(" ")
}

function describe(blocker: Blocker): string {
  const { pid, user, application, state, transactionMs } = blocker
  const who = state === preparedTransaction ? (blocker.query ?? state) : `pid ${pid}`
  const parts = [
    user === null ? null : `user ${user}`,
    application === null || application === "" ? null : `application ${application}`,
    state === preparedTransaction ? null : state,
    transactionMs === null ? null : `for ${seconds(transactionMs)}`,
  ].filter((part) => part !== null)
  return parts.length === 0 ? who : `${who} (${parts.join(", ")})`
}

function seconds(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds / 100) / 10} s` : `${Math.round(milliseconds / 1_000)} s`
}
