import type { Plan } from "../../src/domain/plan.ts"
import type { PlanTarget } from "../../src/planner/target.ts"
import type { Session } from "../../src/postgres/session.ts"

/** One and the same change of the table `users`, told to each who is to carry it out. */
export interface Change {
  readonly name: string
  /** Our plan for a database that holds the table. */
  plan(session: Session, target: PlanTarget): Promise<Plan>
  /** pgroll's operations. */
  readonly pgroll: readonly object[]
  /** The least that could be done: new columns, and one UPDATE over the whole table. */
  readonly plain: { readonly columns: string; readonly update: string }
}
