import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import { checkFence } from "./fence.ts"
import { lockTimeoutFor } from "./run-concurrently.ts"
import type { StepContext } from "./step-context.ts"

/** Clears what a broken attempt has left behind. Outside a transaction; call within a lock budget. */
export async function repairStep(
  session: Session,
  { claimed, limits }: Pick<StepContext, "claimed" | "limits">,
  { repair }: Step,
): Promise<void> {
  if (repair === null) return
  await checkFence(session, claimed.claim)
  await session.query(`SET lock_timeout = ${lockTimeoutFor("ShareUpdateExclusive", limits)}`)
  await session.query(repair)
  await session.query(`SET lock_timeout = ${limits.lockTimeoutMs}`)
}
