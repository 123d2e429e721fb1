import type { BackfillStep } from "../../domain/step.ts"
import type { Session } from "../../postgres/session.ts"
import { withinLockBudget } from "../lock-budget.ts"
import type { StepContext } from "../step-context.ts"

/**
 * Some rows stay locked pass after pass: waits, within the lock budget, for one of them to become free. Each try waits
 * no longer than `lock_timeout`, so that whoever holds the row and wants another one doesn't end in a deadlock with us.
 * Throws TransientError LOCK_BUDGET that names who holds it.
 */
export async function waitForLockedRow(session: Session, context: StepContext, step: BackfillStep): Promise<void> {
  await withinLockBudget({ ...context, ...context.limits, step }, session, () =>
    session.transaction(() => session.query(step.backfill.awaitUnfilled)),
  )
}
