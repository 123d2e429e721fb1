import type { Sync } from "../domain/backfill.ts"
import type { ErrorFinding } from "../domain/errors.ts"
import { displayName } from "../domain/relation.ts"
import type { TriggerSet } from "../domain/trigger-set.ts"
import type { TriggerPart } from "../operations/sync/trigger-parts.ts"
import { named } from "./lost-triggers.ts"
import type { StepWork } from "./step-work.ts"
import type { TargetRun } from "./target-run.ts"

/** How a person is told that triggers were touched behind a comparison, or where none tells. */

type Work = Pick<StepWork, "step" | "direction">

export function touchedMeanwhile(
  { run }: TargetRun,
  { step, direction }: Work,
  touched: readonly TriggerPart[],
): ErrorFinding {
  const way =
    direction === "do" && step.phase !== "purge" ? ` Or take the new shape away: \`sluice abort ${run}\`.` : ""
  return {
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `somebody has written triggers anew since the rows were compared, so that nobody knows what was written meanwhile: ${named(touched)}`,
    hint: `\`sluice retry ${run}\` compares all rows again.${way} See docs/dual-write.md.`,
  }
}

/** Only columns of the old shape are computed there: rows can't be told right from wrong. */
export function untoldBeforeContract(
  { run }: TargetRun,
  { step }: Work,
  { sync, touched }: { readonly sync: Sync; readonly touched: readonly TriggerPart[] },
): ErrorFinding {
  return {
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `dual write of ${displayName(sync.relation)} was dropped, disabled or put back since it was begun, and nothing tells what was written meanwhile: ${named(touched)}`,
    hint: `Take the new shape away: \`sluice abort ${run}\`, then start anew. See docs/dual-write.md.`,
  }
}

export function untoldAfterContract(
  { run }: TargetRun,
  { step }: Work,
  {
    set,
    touched,
    columns,
  }: { readonly set: TriggerSet; readonly touched: readonly TriggerPart[]; readonly columns: readonly string[] },
): ErrorFinding {
  return {
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `the triggers that keep ${set.keeps} equal were disabled, replaced or put back, and no row tells whether ${columns.join(", ")} is as they would have made it: ${named(touched)}`,
    hint: `Look at the rows that were written meanwhile (\`sluice plan --run ${run} --sql\` has the hidden names). \`sluice retry ${run}\` then goes on with what they hold. See docs/dual-write.md.`,
  }
}
