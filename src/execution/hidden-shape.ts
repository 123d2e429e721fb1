import type { Sync } from "../domain/backfill.ts"
import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName, isSameRelation } from "../domain/relation.ts"
import type { Step, VerifyStep } from "../domain/step.ts"
import { untoldColumns } from "../operations/sync/hidden-agreement.ts"
import { hiddenColumns, hiddenPair } from "../operations/sync/hidden-columns.ts"
import { lostParts, type LostPart } from "../operations/sync/lost-parts.ts"
import { touchedParts, type TouchedPart } from "../operations/sync/touched-parts.ts"
import type { TriggerPair } from "../operations/sync/trigger-pair.ts"
import type { Session } from "../postgres/session.ts"
import { ComparisonOutdated } from "./comparison-outdated.ts"
import { lastComparisonOf } from "./comparisons.ts"
import type { Direction } from "./journal-rows.ts"
import { endsLease } from "./lease.ts"
import { describeLost, howToRestore, named } from "./lost-triggers.ts"
import { NothingTells } from "./nothing-tells.ts"
import type { TargetRun } from "./target-run.ts"

/**
 * While the old shape is hidden, two triggers keep it equal to the new one; it is what an undo brings back and purge
 * archives. Throws RefusedError DUAL_WRITE_BROKEN where the step does either and they aren't as contract made them.
 */
export async function demandHiddenKept(
  session: Session,
  run: TargetRun,
  step: Step,
  direction: Direction,
): Promise<void> {
  for (const { sync, pair } of keptFor(run.plan, step, direction)) {
    const lost = await session.query<LostPart>(lostParts(pair))
    if (lost.length === 0 && (await isAsPlanned(session, run.plan, pair))) continue
    throw broken(run, { step, sync, lost })
  }
}

/**
 * For what brings the hidden columns back or archives them, under its locks: nobody may have touched their triggers since
 * they were made or the rows were compared. Throws ComparisonOutdated; or, of columns that can't be compared, NothingTells.
 */
export async function demandHiddenUntouched(
  session: Session,
  run: TargetRun,
  step: Step,
  direction: Direction,
): Promise<void> {
  const kept = keptFor(run.plan, step, direction)
  for (const { sync, pair } of kept) {
    const comparison = hiddenComparisonOf(run.plan, sync)
    if (comparison === null) continue
    const known = rowsThatTell(run.plan, {
      comparison: comparison.id,
      again: onTheWayBack(run.plan, sync, comparison).id,
    })
    const touched = await touchedSince(session, run, { pair, known, partitions: true })
    if (touched.length > 0) {
      const again = direction === "undo" ? onTheWayBack(run.plan, sync, comparison) : comparison
      throw new ComparisonOutdated(touchedMeanwhile(run, { step, sync, touched }), [again])
    }
  }
  for (const { sync, pair } of kept) {
    const untold = hiddenComparisonOf(run.plan, sync) === null ? hiddenColumns(sync) : untoldColumns(sync)
    if (untold.length === 0) continue
    const told = `contract/${displayName(sync.relation)}/told`
    const touched = await touchedSince(session, run, {
      pair,
      known: rowsThatTell(run.plan, { told }),
      partitions: false,
    })
    if (touched.length === 0) continue
    throw new NothingTells(nothingTells(run, { step, sync, touched, columns: untold.map(({ name }) => name) }), told)
  }
}

interface Kept {
  readonly sync: Sync
  readonly pair: TriggerPair
}

/** Hidden columns that the step brings back, archives or drops. */
function keptFor(plan: Plan, step: Step, direction: Direction): readonly Kept[] {
  const restsOnThem = direction === "do" ? step.phase === "purge" && !step.back : endsLease(plan, step, "do")
  if (!restsOnThem) return []
  return plan.syncs.flatMap((sync) => {
    const pair = hiddenPair(sync)
    return pair && step.relations.some((relation) => isSameRelation(relation, sync.relation)) ? [{ sync, pair }] : []
  })
}

/** The function has the source that the contract gave it: a later version of ours may write another. */
async function isAsPlanned(session: Session, { steps }: Plan, pair: TriggerPair): Promise<boolean> {
  const [found] = await session.query<{ source: string }>(
    `SELECT p.prosrc AS source
       FROM pg_proc AS p
       JOIN pg_namespace AS n ON n.oid = p.pronamespace
      WHERE n.nspname = 'sluice' AND p.proname = $1`,
    [pair.function],
  )
  return found !== undefined && steps.some(({ phase, sql }) => phase === "contract" && sql.includes(found.source))
}

/** Null in plans of earlier versions, and where no row tells whether it is right. */
function hiddenComparisonOf({ steps }: Plan, { relation }: Sync): VerifyStep | null {
  const compares = (step: Step): step is VerifyStep =>
    step.action === "verify" &&
    step.difference.code === "HIDDEN_DIFFERS" &&
    isSameRelation(step.walk.relation, relation)
  return steps.find(compares) ?? null
}

/** There it counts as the last comparison once more: a run that isn't purging has no step of the purge behind it. */
function onTheWayBack(plan: Plan, sync: Sync, comparison: VerifyStep): VerifyStep {
  return { ...comparison, id: lastComparisonOf(plan, sync)?.id ?? comparison.id }
}

interface Known {
  readonly step: string
  readonly direction: Direction
}

/** Rows of the journal behind which the hidden columns are known to be right: made, come back, or compared. */
function rowsThatTell({ steps }: Plan, others: Readonly<Record<string, string>>): readonly Known[] {
  const made = steps.findLast(({ phase }) => phase === "contract")
  const dropped = steps.findLast(({ phase }) => phase === "purge")
  return [
    ...(made ? [{ step: made.id, direction: "do" as const }] : []),
    ...(dropped ? [{ step: dropped.id, direction: "undo" as const }] : []),
    ...Object.values(others).map((step) => ({ step, direction: "do" as const })),
  ]
}

async function touchedSince(
  session: Session,
  { run }: TargetRun,
  {
    pair,
    known,
    partitions,
  }: { readonly pair: TriggerPair; readonly known: readonly Known[]; readonly partitions: boolean },
): Promise<readonly TouchedPart[]> {
  const [row] = await session.query<{ xid: string }>(
    `SELECT j.xid::text AS xid
       FROM sluice.journal AS j
       JOIN unnest($2::text[], $3::text[]) AS known (step, direction)
         ON j.step = known.step AND j.direction = known.direction
      WHERE j.run = $1
      ORDER BY j.seq DESC
      LIMIT 1`,
    [run, known.map(({ step }) => step), known.map(({ direction }) => direction)],
  )
  return row ? session.query<TouchedPart>(touchedParts(pair, { partitions }), [row.xid]) : []
}

interface Touched {
  readonly step: Step
  readonly sync: Sync
  readonly touched: readonly TouchedPart[]
}

function broken(
  { run }: TargetRun,
  { step, sync, lost }: { readonly step: Step; readonly sync: Sync; readonly lost: readonly LostPart[] },
): RefusedError {
  const parts = lost.length > 0 ? describeLost(lost) : "their function isn't as contract made it"
  const restore = howToRestore(lost) ?? `Run again what is lost of it: \`sluice plan --run ${run} --sql\` shows it.`
  return new RefusedError({
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `the hidden columns of ${displayName(sync.relation)} aren't kept equal to the new shape any more: ${parts}`,
    hint: `${restore} Then \`sluice retry ${run}\`, which compares the rows first. See docs/dual-write.md.`,
  })
}

function touchedMeanwhile({ run }: TargetRun, { step, sync, touched }: Touched): ErrorFinding {
  return {
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `somebody has written the triggers anew that keep the hidden columns of ${displayName(sync.relation)}, so that nobody knows what was written meanwhile: ${named(touched)}`,
    hint: `\`sluice retry ${run}\` compares all rows again. See docs/dual-write.md.`,
  }
}

function nothingTells(
  { run }: TargetRun,
  { step, sync, touched, columns }: Touched & { columns: readonly string[] },
): ErrorFinding {
  return {
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `the triggers that keep hidden columns of ${displayName(sync.relation)} were dropped, disabled or put back, and no row tells whether its ${columns.join(", ")} is as they would have made it: ${named(touched)}`,
    hint: `Look at the rows that were written meanwhile (\`sluice plan --run ${run} --sql\` has the hidden names). \`sluice retry ${run}\` then goes on with what they hold. See docs/dual-write.md.`,
  }
}
