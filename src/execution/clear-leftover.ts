import { retold, SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import { checkFence } from "./fence.ts"
import { withinLockBudget } from "./lock-budget.ts"
import { observe } from "./observe.ts"
import { repairStep } from "./repair-step.ts"
import type { StepContext } from "./step-context.ts"

/**
 * A build that has failed leaves an invalid index, which costs every write and serves no one. Somebody is about to be
 * asked, may take days to answer, and may then leave the step out: so it goes at once. An attempt that is cancelled
 * leaves it to the undo that follows, one whose connection is lost to the next attempt.
 *
 * Answers the error to be thrown: the one given, with a finding besides where the leftover can't be dropped.
 */
export async function clearLeftover(
  session: Session,
  context: StepContext,
  { step, error }: { readonly step: Step; readonly error: unknown },
): Promise<unknown> {
  if (step.repair === null || context.attempt.signal.aborted) return error
  // What bears the name then is somebody else's, and perhaps being built at this moment.
  if (error instanceof SluiceError && error.code === "ALREADY_EXISTS") return error
  try {
    await checkFence(session, context.claimed.claim)
    if ((await observe(session, step)) !== "partial") return error
  } catch {
    // Overtaken, or the connection is lost: whoever comes next looks at what there is.
    return error
  }
  try {
    // Whoever stood in the way for a whole budget may stay: one try then.
    const { lockTimeoutMs, lockBudgetMs } = context.limits
    const isSpent = error instanceof SluiceError && error.code === "LOCK_BUDGET"
    const limits = { ...context.limits, lockBudgetMs: isSpent ? lockTimeoutMs : lockBudgetMs }
    const budget = { ...context, step, ...limits }
    await withinLockBudget(budget, session, () => repairStep(session, { ...context, limits }, step))
    return error
  } catch (reason) {
    return error instanceof SluiceError
      ? retold(error, error.finding, [...error.findings, notDropped(step, reason)])
      : error
  }
}

function notDropped(step: Step, reason: unknown): Finding {
  const why = reason instanceof SluiceError ? `: ${reason.message}` : ""
  return {
    code: "INVALID_INDEX",
    severity: "warning",
    subject: step.id,
    message: `what the failed attempt left behind couldn't be dropped, and costs writes until it is${why}`,
    hint: `\`sluice retry\` drops it first. Where the step is left out, drop it by hand: ${step.repair ?? ""};`,
  }
}
