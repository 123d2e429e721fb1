import type { Sync } from "../domain/backfill.ts"
import { RefusedError, TransientError } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { VerifyStep } from "../domain/step.ts"
import type { TriggerSet } from "../domain/trigger-set.ts"
import { untoldColumns } from "../operations/sync/hidden-agreement.ts"
import { hiddenColumns } from "../operations/sync/hidden-columns.ts"
import { dualWriteTriggers } from "../operations/sync/install.ts"
import type { TriggerPart } from "../operations/sync/trigger-parts.ts"
import type { Session } from "../postgres/session.ts"
import { ComparisonOutdated } from "./comparison-outdated.ts"
import { hiddenComparisonOf, hiddenSetOf, lastComparisonOf, restsOf } from "./comparisons.ts"
import { changed, partsKnown, partsNow, rewritten, type KnownParts } from "./known-parts.ts"
import { endsLease } from "./lease.ts"
import { NothingTells } from "./nothing-tells.ts"
import type { StepWork } from "./step-work.ts"
import type { TargetRun } from "./target-run.ts"
import { touchedMeanwhile, untoldAfterContract, untoldBeforeContract } from "./touched-findings.ts"

type Work = Pick<StepWork, "step" | "direction">

/** A set of triggers, as it was when what it keeps was known to be equal; null: nobody has written that down. */
interface Known {
  readonly set: TriggerSet
  readonly parts: readonly TriggerPart[] | null
}

/** What `demandUntouched` asks for; nobody but the run itself changes it, so it is read before the locks. */
export interface Rests {
  readonly compared: readonly { readonly comparison: VerifyStep; readonly known: readonly Known[] }[]
  readonly untold: readonly (Untold & { readonly parts: readonly TriggerPart[] | null })[]
}

/** What the step rests on and a comparison, or nothing, can tell. */
export async function restsFor(session: Session, { run, plan }: TargetRun, work: Work): Promise<Rests> {
  const compared = []
  for (const comparison of comparisonsBehind(plan, work)) {
    const sets = restsOf(plan, comparison)
    // For its plan alone: see partsNow.
    await partsNow(session, sets)
    const known: Known[] = []
    for (const set of sets) known.push({ set, parts: await partsKnown(session, run, set) })
    compared.push({ comparison, known })
  }
  // A comparison says nothing of them.
  const comparisons = plan.steps.filter(({ action }) => action === "verify").map(({ id }) => id)
  const untold = []
  for (const one of untoldFor(plan, work))
    untold.push({ ...one, parts: await partsKnown(session, run, one.set, comparisons) })
  return { compared, untold }
}

/**
 * For contract, for what brings the old shape back, archives or drops it, under its locks. What was written while
 * triggers were off is found by the comparisons, and after the last of them nothing compares any more: so since then
 * nobody may have touched any part of them, not even to put it back.
 *
 * Throws ComparisonOutdated; or, where no row tells what was written, RefusedError DUAL_WRITE_BROKEN before contract and
 * NothingTells after it.
 */
export async function demandUntouched(
  session: Session,
  run: TargetRun,
  work: Work,
  { compared, untold }: Rests,
): Promise<void> {
  const outdated: VerifyStep[] = []
  const parts: TriggerPart[] = []
  for (const { comparison, known } of compared) {
    const touched = await touchedSinceKnown(session, known)
    if (touched.length === 0) continue
    outdated.push(comparison)
    parts.push(...touched)
  }
  if (outdated.length > 0) throw new ComparisonOutdated(touchedMeanwhile(run, work, parts), outdated)
  for (const one of untold) await demandUntoldUntouched(session, run, work, one)
}

/**
 * For the end of a comparison that began when the triggers were as in `before`: a row that was compared first may have
 * been written afterwards, past them. Throws TransientError DUAL_WRITE_BROKEN: compared again, it tells.
 */
export async function demandUntouchedSince(
  session: Session,
  run: TargetRun,
  step: VerifyStep,
  before: KnownParts,
): Promise<void> {
  const now = await partsNow(session, restsOf(run.plan, step))
  const touched = Object.entries(before).flatMap(([name, parts]) => changed(parts, now[name] ?? []))
  if (touched.length > 0) throw new TransientError(touchedMeanwhile(run, { step, direction: "do" }, touched))
}

/** The comparisons that nothing repeats once the step is done. */
function comparisonsBehind(plan: Plan, { step, direction }: Work): readonly VerifyStep[] {
  if (endsLease(plan, step, direction)) return plan.syncs.flatMap((sync) => lastComparisonOf(plan, sync) ?? [])
  if (direction === "undo")
    return endsLease(plan, step, "do") ? plan.syncs.flatMap((sync) => onTheWayBack(plan, sync) ?? []) : []
  if (step.phase !== "purge" || step.back) return []
  const at = plan.steps.findIndex(({ id }) => id === step.id)
  return plan.steps
    .slice(0, at)
    .flatMap((before) => (before.action === "verify" && before.phase === "purge" ? [before] : []))
    .filter(({ walk }) => step.relations.some((relation) => isSameRelation(relation, walk.relation)))
}

/** There it counts as the last comparison once more: a run that isn't purging has no step of the purge behind it. */
function onTheWayBack(plan: Plan, sync: Sync): VerifyStep | null {
  const comparison = hiddenComparisonOf(plan, sync)
  return comparison && { ...comparison, id: lastComparisonOf(plan, sync)?.id ?? comparison.id }
}

/** A set of which nobody has written down how it was counts as touched. */
async function touchedSinceKnown(session: Session, known: readonly Known[]): Promise<readonly TriggerPart[]> {
  const now = await partsNow(
    session,
    known.map(({ set }) => set),
  )
  return known.flatMap(({ set, parts }) => changed(parts ?? [], now[set.function] ?? []))
}

async function demandUntoldUntouched(
  session: Session,
  run: TargetRun,
  work: Work,
  { sync, set, columns, parts }: Rests["untold"][number],
): Promise<void> {
  if (parts === null) return
  const now = await partsNow(session, [set])
  const touched = rewritten(parts, now[set.function] ?? [])
  if (touched.length === 0) return
  if (columns === null) throw new RefusedError(untoldBeforeContract(run, work, { sync, touched }))
  throw new NothingTells(untoldAfterContract(run, work, { set, touched, columns }), `told/${set.function}`, now)
}

interface Untold {
  readonly sync: Sync
  readonly set: TriggerSet
  /** Hidden columns; null: dual write as a whole. */
  readonly columns: readonly string[] | null
}

/** What the step rests on and no comparison can tell. */
function untoldFor(plan: Plan, { step, direction }: Work): readonly Untold[] {
  const { syncs } = plan
  if (endsLease(plan, step, direction))
    return syncs
      .filter((sync) => lastComparisonOf(plan, sync) === null)
      .map((sync) => ({ sync, set: dualWriteTriggers(sync), columns: null }))
  const isRested = direction === "undo" ? endsLease(plan, step, "do") : step.phase === "purge" && !step.back
  if (!isRested) return []
  return syncs.flatMap((sync) => {
    const set = hiddenSetOf(plan, sync)
    const columns = hiddenComparisonOf(plan, sync) === null ? hiddenColumns(sync) : untoldColumns(sync)
    const isConcerned = step.relations.some((relation) => isSameRelation(relation, sync.relation))
    return set && isConcerned && columns.length > 0 ? [{ sync, set, columns: columns.map(({ name }) => name) }] : []
  })
}
