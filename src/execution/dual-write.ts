import type { Sync } from "../domain/backfill.ts"
import { RefusedError, TransientError, type ErrorFinding } from "../domain/errors.ts"
import { isAfter } from "../domain/phase.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName, isSameRelation } from "../domain/relation.ts"
import type { Step, VerifyStep } from "../domain/step.ts"
import { hiddenPair } from "../operations/sync/hidden-columns.ts"
import { dualWritePair } from "../operations/sync/install.ts"
import { lostParts, type LostPart } from "../operations/sync/lost-parts.ts"
import { touchedParts, type TouchedPart } from "../operations/sync/touched-parts.ts"
import type { TriggerPair } from "../operations/sync/trigger-pair.ts"
import type { Session } from "../postgres/session.ts"
import { ident } from "../sql/sql.ts"
import { ComparisonOutdated } from "./comparison-outdated.ts"
import { lastComparisonOf } from "./comparisons.ts"
import { lastOf } from "./journal-rows.ts"
import { describeLost, howToRestore, named } from "./lost-triggers.ts"
import { observe } from "./observe.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * Everything between the first gate and the contract rests on dual write, and days may lie between two steps: somebody
 * may have disabled or dropped its triggers, or put another table in the table's place. Throws RefusedError
 * DUAL_WRITE_BROKEN where that is so; does nothing for a step that comes before or after.
 */
export async function demandDualWrite(session: Session, run: TargetRun, step: Step): Promise<void> {
  if (!isAfter(step.phase, "expand") || isAfter(step.phase, "contract")) return
  for (const sync of run.plan.syncs) {
    const beginning = beginningOf(run.plan, sync)
    // As the plan has it: a later version may write another function.
    if (beginning === null || (await observe(session, beginning)) === "after") continue
    throw broken(run, { step, sync, beginning, lost: await session.query<LostPart>(lostParts(dualWritePair(sync))) })
  }
}

/**
 * For the contract, under its locks: what applications wrote while dual write was off is found by the comparisons, and
 * after the last of them nothing compares any more. So since then nobody may have touched any part of it, not even to
 * put it back. Throws ComparisonOutdated; or, where a table has no comparison and so must have them as they were made,
 * RefusedError DUAL_WRITE_BROKEN.
 */
export async function demandUntouched(session: Session, run: TargetRun, step: Step): Promise<void> {
  const outdated: VerifyStep[] = []
  const parts: TouchedPart[] = []
  for (const sync of run.plan.syncs) {
    const comparison = lastComparisonOf(run.plan, sync)
    const since = comparison ?? beginningOf(run.plan, sync)
    const row = since && (await lastOf(session, run.run, since.id))
    if (!row) continue
    const touched = await touchedSince(session, dualWritePair(sync), row.xid, comparison !== null)
    if (touched.length === 0) continue
    if (comparison === null) throw untold(run, { step, sync, touched })
    outdated.push(comparison)
    parts.push(...touched)
  }
  if (outdated.length > 0) throw new ComparisonOutdated(touchedMeanwhile(run, step, parts), outdated)
}

/**
 * For the end of a comparison that began with transaction `since`: a row that was compared first may have been written
 * afterwards, past the triggers. Throws TransientError DUAL_WRITE_BROKEN: compared again, it tells.
 */
export async function demandUntouchedSince(
  session: Session,
  run: TargetRun,
  step: VerifyStep,
  since: string,
): Promise<void> {
  for (const sync of run.plan.syncs.filter(({ relation }) => isSameRelation(step.walk.relation, relation))) {
    const pair = isAfter(step.phase, "contract") ? hiddenPair(sync) : dualWritePair(sync)
    const touched = pair ? await touchedSince(session, pair, since, true) : []
    if (touched.length > 0) throw new TransientError(touchedMeanwhile(run, step, touched))
  }
}

/** `partitions`: see {@link touchedParts}. A table without a comparison doesn't hold it against its new partitions. */
function touchedSince(
  session: Session,
  pair: TriggerPair,
  since: string,
  partitions: boolean,
): Promise<readonly TouchedPart[]> {
  return session.query<TouchedPart>(touchedParts(pair, { partitions }), [since])
}

/** The step that begins the table's dual write: it makes the triggers. */
function beginningOf({ steps }: Pick<Plan, "steps">, { insertTrigger }: Sync): Step | null {
  const makes = `CREATE TRIGGER ${ident(insertTrigger)} `
  return steps.find(({ phase, sql }) => phase === "expand" && sql.includes(makes)) ?? null
}

interface Break {
  /** The step that must not go on. */
  readonly step: Step
  readonly sync: Sync
  readonly beginning: Step
  readonly lost: readonly LostPart[]
}

function broken({ run }: TargetRun, { step, sync, beginning, lost }: Break): RefusedError {
  const table = displayName(sync.relation)
  const parts = lost.length > 0 ? describeLost(lost) : `its function isn't as "${beginning.id}" made it`
  return new RefusedError({
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `the old and the new shape of ${table} aren't kept equal any more: ${parts}`,
    hint: `${remedy(lost, run, beginning)} What was written meanwhile: docs/dual-write.md.`,
  })
}

function remedy(lost: readonly LostPart[], run: string, { id }: Step): string {
  const restore = howToRestore(lost)
  if (restore === null)
    return `Take the new shape away with \`sluice abort ${run}\` and start anew; or run again what is lost of ${id} (\`sluice plan --run ${run} --sql\` shows it), then \`sluice retry ${run}\`.`
  if (lost.some(({ kind }) => kind === "elsewhere"))
    return `${restore} Then \`sluice retry ${run}\`: no undo touches a table that only bears the name.`
  return `${restore} Then \`sluice retry ${run}\`, or take the new shape away: \`sluice abort ${run}\`.`
}

function touchedMeanwhile({ run }: TargetRun, step: Step, touched: readonly TouchedPart[]): ErrorFinding {
  return {
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `somebody has written dual write's parts anew since the rows were compared, so that nobody knows what was written meanwhile: ${named(touched)}`,
    hint: `\`sluice retry ${run}\` compares all rows again. Or take the new shape away: \`sluice abort ${run}\`. See docs/dual-write.md.`,
  }
}

/** Only columns of the old shape are computed there: rows can't be told right from wrong. */
function untold(
  { run }: TargetRun,
  { step, sync, touched }: Pick<Break, "step" | "sync"> & { readonly touched: readonly TouchedPart[] },
): RefusedError {
  return new RefusedError({
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `dual write of ${displayName(sync.relation)} was dropped, disabled or put back since it was begun, and nothing tells what was written meanwhile: ${named(touched)}`,
    hint: `Take the new shape away: \`sluice abort ${run}\`, then start anew. See docs/dual-write.md.`,
  })
}
