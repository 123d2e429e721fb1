import type { Plan } from "../domain/plan.ts"
import type { TriggerSet } from "../domain/trigger-set.ts"
import { dualWriteTriggers } from "../operations/sync/install.ts"
import { ident } from "../sql/sql.ts"
import { hiddenSetOf } from "./comparisons.ts"

/** Every set of triggers that a plan makes at some time, each once. */
export function triggerSetsOf(plan: Pick<Plan, "syncs" | "steps">): readonly TriggerSet[] {
  const all = [
    ...plan.syncs.flatMap((sync) => [dualWriteTriggers(sync), hiddenSetOf(plan, sync) ?? []].flat()),
    ...plan.steps.flatMap((step) => (step.action === "verify" ? (step.rests ?? []) : [])),
  ]
  return all.filter((set, at) => all.findIndex((other) => other.function === set.function) === at)
}

/** True of a statement that makes the set's triggers. */
export function makes(statement: string | null, { triggers }: TriggerSet): boolean {
  return triggers.every((name) => statement?.includes(`CREATE TRIGGER ${ident(name)} `))
}
