import type { Sync } from "../domain/backfill.ts"
import { isAfter } from "../domain/phase.ts"
import type { Plan } from "../domain/plan.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { Step, VerifyStep } from "../domain/step.ts"
import type { TriggerSet } from "../domain/trigger-set.ts"
import { hiddenTriggers } from "../operations/sync/hidden-columns.ts"
import { dualWriteTriggers } from "../operations/sync/install.ts"

/** The comparison of a table's rows after which contract hides the old shape; null where nothing can be compared. */
export function lastComparisonOf(
  { steps }: Pick<Plan, "steps">,
  { relation }: Pick<Sync, "relation">,
): VerifyStep | null {
  const compares = (step: Step): step is VerifyStep =>
    step.action === "verify" && !isAfter(step.phase, "contract") && isSameRelation(step.walk.relation, relation)
  return steps.findLast(compares) ?? null
}

/** That of the hidden columns; null in plans of earlier versions, and where no row tells whether it is right. */
export function hiddenComparisonOf(
  { steps }: Pick<Plan, "steps">,
  { relation }: Pick<Sync, "relation">,
): VerifyStep | null {
  const compares = (step: Step): step is VerifyStep =>
    step.action === "verify" &&
    step.difference.code === "HIDDEN_DIFFERS" &&
    isSameRelation(step.walk.relation, relation)
  return steps.find(compares) ?? null
}

/** The triggers that keep a table's hidden columns, as the plan has them; null where there is nothing to keep. */
export function hiddenSetOf(plan: Pick<Plan, "steps">, sync: Sync): TriggerSet | null {
  return hiddenComparisonOf(plan, sync)?.rests?.[0] ?? hiddenTriggers(sync)
}

/** The triggers that keep equal what it compares. */
export function restsOf({ syncs }: Pick<Plan, "syncs">, { rests, phase, walk }: VerifyStep): readonly TriggerSet[] {
  if (rests) return rests
  const ofTable = syncs.filter(({ relation }) => isSameRelation(relation, walk.relation))
  return isAfter(phase, "contract") ? [] : ofTable.map(dualWriteTriggers)
}
