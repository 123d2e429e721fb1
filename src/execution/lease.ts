import type { Plan } from "../domain/plan.ts"
import type { Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import type { Direction } from "./journal-rows.ts"

/** True of the step with which a run's lease on its relations ends: the one that hides the old shape. */
export function endsLease({ steps }: Pick<Plan, "steps">, step: Step, direction: Direction): boolean {
  return direction === "do" && step.id === steps.findLast(({ phase }) => phase === "contract")?.id
}

/** Within the transaction of that step, so that the lease ends exactly when the contract is there. */
export async function endLease(session: Session, run: string): Promise<void> {
  await session.query("UPDATE sluice.run SET state = 'contracted' WHERE run = $1 AND state = 'active'", [run])
}
