import type { VerifyStep } from "../domain/step.ts"
import { sql } from "../sql/sql.ts"

type Told =
  | "id"
  | "phase"
  | "summary"
  | "sql"
  | "needs"
  | "relations"
  | "walk"
  | "rests"
  | "countUnfilled"
  | "difference"

/** A comparison of rows: it holds for its moment only, changes nothing, and nobody may leave it out. */
export function comparisonStep(step: Pick<VerifyStep, Told>): VerifyStep {
  return {
    ...step,
    action: "verify",
    undo: null,
    observe: sql`SELECT 'before'`,
    repair: null,
    beforeImage: null,
    // Without it, no gate behind it can keep its promise.
    skippable: false,
    endsOldShape: false,
    back: false,
    lock: "AccessShare",
    transactional: true,
    rewritesTable: false,
    losesData: false,
  }
}
