import type { ErrorFinding } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import { hasEnded, type RunState, type StepStatus } from "../domain/run.ts"
import type { Step } from "../domain/step.ts"

/** Steps that were done, or are being done, and that nothing takes back. A backfill's rows go with their columns. */
export function withoutWayBack(
  { steps }: Pick<Plan, "steps">,
  states: readonly Pick<StepStatus, "id" | "state">[],
): readonly Step[] {
  const begun = new Set(states.filter(({ state }) => state === "done" || state === "running").map(({ id }) => id))
  return steps.filter(({ id, action, back, undo }) => action === "sql" && !back && undo === null && begun.has(id))
}

/** Why a run can't be undone as a whole, and what that would cost; null: everything has its way back. */
export function noWayBack(
  { run, state }: { readonly run: string; readonly state: RunState },
  stuck: readonly Pick<Step, "phase" | "summary">[],
): ErrorFinding | null {
  if (stuck.length === 0) return null
  const what = stuck.map(({ summary }) => `"${summary}"`).join(", ")
  // An abort is refused there as well: it would take the new shape and not bring the old one.
  const isContract = stuck.some(({ phase }) => phase === "contract")
  const rest =
    hasEnded(state) || isContract
      ? ""
      : `, or \`sluice abort ${run}\` before the purge to undo the rest and let that stay`
  return {
    code: "NO_WAY_BACK",
    subject: run,
    message: `nothing takes back what was done there: ${what}`,
    hint: `The plan said so beforehand. What is left is the backup from before the run, at the cost of every write since (sluice backup list)${rest}.`,
  }
}
