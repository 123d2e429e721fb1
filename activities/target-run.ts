import { UserError } from "../src/domain/errors.ts"
import type { Plan } from "../src/domain/plan.ts"
import type { TargetRun } from "../src/execution/target-run.ts"
import { identityOf } from "../src/ledger/identity.ts"
import { loadPlan } from "../src/ledger/plans.ts"
import { stepsThatAre } from "../src/ledger/steps.ts"
import type { PlanEvidence } from "../src/planner/evidence.ts"
import type { ActivityDeps } from "./deps.ts"
import { planEvidence } from "./plan-evidence.ts"
import type { RunRef } from "./types.ts"

/** Plans are immutable, so what was read once may be kept. A handful: a worker seldom serves more runs at a time. */
const kept = new Map<string, Plan>()
const keptAtMost = 16

/**
 * The run as one of this control database, its stored plan (hash checked when it is read), its target's configuration, and
 * a way to what the plan was made from.
 */
export async function targetRunOf(deps: ActivityDeps, ref: RunRef): Promise<TargetRun> {
  const target = deps.config().targets[ref.target]
  if (!target) {
    throw new UserError({
      code: "UNKNOWN_TARGET",
      subject: ref.target,
      message: `The worker's sluice.yaml names no target ${ref.target}.`,
      hint: "Add the target to the sluice.yaml that the worker was started with, then `sluice retry`.",
    })
  }
  const control = await identityOf(deps.control)
  const madeFrom = (): Promise<PlanEvidence> => planEvidence(deps, ref)
  return { run: ref.run, plan: await planOf(deps, ref.planHash), target, control, madeFrom }
}

/** The run on its way forward: with the steps that the control database has as done. */
export async function onTheWayForward(deps: ActivityDeps, ref: RunRef): Promise<TargetRun> {
  return { ...(await targetRunOf(deps, ref)), told: await stepsThatAre(deps.control, ref.run, "done") }
}

async function planOf(deps: ActivityDeps, hash: string): Promise<Plan> {
  const known = kept.get(hash)
  if (known) return known
  const plan = await loadPlan(deps.control, hash)
  if (kept.size >= keptAtMost) kept.clear()
  kept.set(hash, plan)
  return plan
}
