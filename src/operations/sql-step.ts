import type { SqlStep } from "../domain/step.ts"

/** What a step has to say for itself; the rest is what most steps are. */
type StepParts = Omit<
  SqlStep,
  | "action"
  | "repair"
  | "beforeImage"
  | "back"
  | "skippable"
  | "endsOldShape"
  | "transactional"
  | "rewritesTable"
  | "losesData"
> &
  Partial<
    Pick<SqlStep, "back" | "skippable" | "endsOldShape" | "repair" | "transactional" | "rewritesTable" | "losesData">
  >

/** A step that runs SQL: needed, in one transaction, rewriting and losing nothing, where it doesn't say otherwise. */
export function sqlStep(parts: StepParts): SqlStep {
  return {
    action: "sql",
    repair: null,
    beforeImage: null,
    back: false,
    skippable: false,
    endsOldShape: false,
    transactional: true,
    rewritesTable: false,
    losesData: false,
    ...parts,
  }
}
