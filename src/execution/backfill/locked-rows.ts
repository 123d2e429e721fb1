import type { Session } from "../../postgres/session.ts"
import { withinLockBudget } from "../lock-budget.ts"
import { rest } from "../rest.ts"
import type { Throttle } from "../throttle/throttle.ts"
import { look, report } from "./look.ts"
import type { FillContext } from "./range-worker.ts"

/** How often it is asked, between two tries, whether the run is to rest. */
const lookEveryMs = 250
/** One try waits no longer than this, because nobody is asked meanwhile. */
const longestTryMs = 1_000

/**
 * Some rows stay locked pass after pass: waits, within the lock budget, for one of them to become free. Each try waits
 * no longer than `lock_timeout`, so that whoever holds the row and wants another one doesn't end in a deadlock with us.
 * Between two it rests for as long as an operator or the throttle say so, which costs nothing of the budget. Throws
 * TransientError LOCK_BUDGET that names who holds it.
 */
export async function waitForLockedRow(
  session: Session,
  context: Omit<FillContext, "signal" | "queue">,
  throttle: Throttle,
): Promise<void> {
  const { step, limits } = context
  const lockTimeoutMs = Math.min(limits.lockTimeoutMs, longestTryMs)
  const standBack = (milliseconds: number): Promise<number> => restWhileTold(session, context, throttle, milliseconds)
  await withinLockBudget({ ...context, ...limits, lockTimeoutMs, standBack }, session, () =>
    session.transaction(async () => {
      await session.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`)
      await session.query(step.backfill.awaitUnfilled)
    }),
  )
}

/** No workers run at this time, and so nobody but us looks at knobs and throttle. Answers how long it was told to rest. */
async function restWhileTold(
  session: Session,
  context: Omit<FillContext, "signal" | "queue">,
  throttle: Throttle,
  milliseconds: number,
): Promise<number> {
  const { pace, attempt } = context
  const until = Date.now() + milliseconds
  let told = 0
  for (;;) {
    await look(session, context, throttle)
    await report(context)
    const left = until + told - Date.now()
    if (left <= 0 && pace.restingBecause === null) return told
    const from = Date.now()
    await rest(pace.restingBecause === null ? Math.min(left, lookEveryMs) : lookEveryMs, attempt.signal)
    if (pace.restingBecause !== null) told += Date.now() - from
  }
}
