import type { BackfillStep } from "../domain/step.ts"

type Told =
  | "id"
  | "phase"
  | "summary"
  | "sql"
  | "undo"
  | "observe"
  | "back"
  | "lock"
  | "needs"
  | "relations"
  | "backfill"

/** A filling of rows: what it has filled goes with the columns' own step, and nobody may leave it out. */
export function fillingStep(step: Pick<BackfillStep, Told>): BackfillStep {
  return {
    ...step,
    action: "backfill",
    repair: null,
    beforeImage: null,
    // Without filled rows, no gate behind them can keep its promise.
    skippable: false,
    endsOldShape: false,
    transactional: true,
    rewritesTable: false,
    losesData: false,
  }
}
