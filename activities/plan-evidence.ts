import { BugError } from "../src/domain/errors.ts"
import { loadEvidence } from "../src/ledger/evidence.ts"
import type { PlanEvidence } from "../src/planner/evidence.ts"
import type { ActivityDeps } from "./deps.ts"
import type { RunRef } from "./types.ts"

/** What the plan was made from; stored beside it when it was shown. */
export async function planEvidence(deps: ActivityDeps, ref: RunRef): Promise<PlanEvidence> {
  const stored = (await loadEvidence(deps.control, ref.run)).findLast(({ kind }) => kind === "plan")
  if (stored) return stored.content as PlanEvidence
  throw new BugError({ code: "BUG", subject: ref.run, message: "The plan was stored without what it was made from." })
}
