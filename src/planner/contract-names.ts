import type { Plan } from "../domain/plan.ts"
import { columnNameChanges, type NameChange } from "../sql/column-names.ts"

/** The columns' names that a plan's contract changes, read off its statements, so that plans of earlier versions say it too. */
export function contractNameChanges({ steps }: Pick<Plan, "steps">): readonly NameChange[] {
  return steps
    .filter(({ phase, action, back }) => phase === "contract" && action === "sql" && !back)
    .flatMap((step) => columnNameChanges(step.sql))
}
