import type { SqlStep } from "../domain/step.ts"

/** What a step has to say for itself; the rest is what most steps are. */
type StepParts = Omit<
  SqlStep,
  "action" | "repair" | "beforeImage" | "back" | "endsOldShape" | "transactional" | "rewritesTable" | "losesData"
> &
  Partial<Pick<SqlStep, "back" | "endsOldShape" | "repair" | "transactional" | "rewritesTable" | "losesData">>

/** A step that runs SQL: in one transaction, rewriting nothing and losing nothing, where it doesn't say otherwise. */
export function sqlStep(parts: StepParts): SqlStep {
  return {
    action: "sql",
    repair: null,
    beforeImage: null,
    back: false,
    endsOldShape: false,
    transactional: true,
    rewritesTable: false,
    losesData: false,
    ...parts,
  }
}
