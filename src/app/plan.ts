import type { Plan } from "../domain/plan.ts"
import { loadPlan, storePlan } from "../ledger/plans.ts"
import type { App } from "./context.ts"
import { makePlan, type MadePlan, type PlanRequest } from "./make-plan.ts"
import { findRun } from "./runs.ts"

/** Makes a plan and stores it in the control database, so that what was seen is what `start --plan` runs. */
export async function plan(app: App, request: PlanRequest): Promise<MadePlan> {
  const control = await app.control()
  const made = await makePlan(app, request)
  await storePlan(control, made.plan, made.evidence, app.actor)
  if (!made.conflict) return made
  // The plan itself is none the worse for it: a run that may have ended by then is in its way.
  return { ...made, findings: [...made.findings, { ...made.conflict.finding, severity: "warning" }] }
}

/** The plan that a run was started with, whatever has become of it: while it runs and afterwards none can be made. */
export async function planOfRun(app: App, run: string): Promise<Plan> {
  const { planHash } = await findRun(app, run)
  return loadPlan(await app.control(), planHash)
}
