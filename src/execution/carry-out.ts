import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import { withClaim } from "./claimed.ts"
import { clearLeftover } from "./clear-leftover.ts"
import { withHeartbeat } from "./heartbeat.ts"
import { lastOf, type Direction, type StepOutcome } from "./journal-rows.ts"
import { withinLockBudget } from "./lock-budget.ts"
import { namingRejected } from "./name-rejected.ts"
import { NothingTells, noteTold } from "./nothing-tells.ts"
import { shapeDiffers } from "./observe.ts"
import { repairStep } from "./repair-step.ts"
import { tryConcurrently } from "./run-concurrently.ts"
import { tryTransactional } from "./run-transactional.ts"
import type { StepContext } from "./step-context.ts"
import { effectiveLimits } from "./step-limits.ts"
import { workOf, type StepWork } from "./step-work.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"
import { demandFit } from "./unfit-rows.ts"

/** Carries a step out in one direction, whatever an earlier attempt has left behind. */
export async function carryOut(
  run: TargetRun,
  { step, direction, held = false }: { readonly step: Step; readonly direction: Direction; readonly held?: boolean },
  attempt: Attempt,
  observer: ExecutionObserver,
): Promise<StepOutcome> {
  return withHeartbeat(
    attempt,
    () => ({ step: step.id, direction }),
    () =>
      withClaim(run, { step: step.id, direction, attempt, observer }, async (session, claimed) => {
        const last = await lastOf(session, run.run, step.id)
        if (last?.direction === direction) return "observed"
        const limits = await effectiveLimits(session, run.run, run.target.limits)
        const context = { run, attempt, observer, claimed, limits }
        try {
          await demandFit(session, run, observer, { step, direction })
          return await runOnceRepaired(session, context, workOf(step, direction, last, held))
        } catch (error) {
          if (error instanceof NothingTells) await noteTold(session, context, error)
          const told = await namingRejected(session, run.run, observer, { step, direction }, error)
          throw await clearLeftover(session, context, { step, error: told })
        }
      }),
  )
}

/** Twice: a repair may itself be broken off and leave something to repair. */
const mostRepairs = 2

async function runOnceRepaired(session: Session, context: StepContext, work: StepWork): Promise<StepOutcome> {
  const { step } = work
  const tryOnce = step.transactional ? tryTransactional : tryConcurrently
  const budget = { ...context, step, ...context.limits }
  for (let repairs = 0; ; repairs++) {
    const outcome = await withinLockBudget(budget, session, () => tryOnce(session, context, work))
    if (outcome !== "repair") return outcome
    if (step.repair === null || repairs === mostRepairs) throw shapeDiffers(step)
    await withinLockBudget(budget, session, () => repairStep(session, context, step))
  }
}
