import type { Plan } from "../domain/plan.ts"
import type { Session } from "../postgres/session.ts"
import { isUnseen, observe } from "./observe.ts"

/**
 * True where the catalog shows that nothing of what the plan adds is there: the database is as it was before the run, so
 * that its contract can't be done either, whose own shape tells less. False as well where the plan adds nothing that the
 * catalog shows.
 */
export async function nothingBegun(session: Session, { steps }: Pick<Plan, "steps">): Promise<boolean> {
  const added = steps.filter((step) => step.phase === "expand" && step.action === "sql" && !isUnseen(step))
  for (const step of added) if ((await observe(session, step)) !== "before") return false
  return added.length > 0
}
