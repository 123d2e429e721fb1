import type { Sync } from "../domain/backfill.ts"
import { isAfter } from "../domain/phase.ts"
import type { Plan } from "../domain/plan.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { Step, VerifyStep } from "../domain/step.ts"

/** The comparison of a table's rows after which contract hides the old shape; null where nothing can be compared. */
export function lastComparisonOf(
  { steps }: Pick<Plan, "steps">,
  { relation }: Pick<Sync, "relation">,
): VerifyStep | null {
  const compares = (step: Step): step is VerifyStep =>
    step.action === "verify" && !isAfter(step.phase, "contract") && isSameRelation(step.walk.relation, relation)
  return steps.findLast(compares) ?? null
}
