import { RefusedError } from "../domain/errors.ts"
import type { Plan } from "../domain/plan.ts"
import { isSameRelation } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import type { TriggerSet } from "../domain/trigger-set.ts"
import { lostParts, type LostPart } from "../operations/sync/lost-parts.ts"
import type { Session } from "../postgres/session.ts"
import { join, literal, sql } from "../sql/sql.ts"
import { hiddenSetOf } from "./comparisons.ts"
import type { Direction } from "./journal-rows.ts"
import { endsLease } from "./lease.ts"
import { describeLost, howToRestore } from "./lost-triggers.ts"
import type { TargetRun } from "./target-run.ts"
import { makes, triggerSetsOf } from "./trigger-sets.ts"

/**
 * While the old shape is hidden, triggers keep it equal to the new one, and while it is archived, others keep the archive
 * equal to the table: an undo brings the one back, and purge drops what it has in the other. Throws RefusedError
 * DUAL_WRITE_BROKEN where the step does either and they aren't as they were made.
 */
export async function demandKept(session: Session, run: TargetRun, step: Step, direction: Direction): Promise<void> {
  for (const set of keptFor(run.plan, step, direction)) {
    const lost = await session.ask<LostPart>(lostParts(set))
    if (lost.length === 0 && (await isAsPlanned(session, run.plan, set))) continue
    throw broken(run, { step, set, lost })
  }
}

function keptFor(plan: Plan, step: Step, direction: Direction): readonly TriggerSet[] {
  if (direction === "undo")
    return endsLease(plan, step, "do") ? plan.syncs.flatMap((sync) => hiddenSetOf(plan, sync) ?? []) : []
  if (step.phase !== "purge" || step.back) return []
  const before = plan.steps.slice(
    0,
    plan.steps.findIndex(({ id }) => id === step.id),
  )
  const madeSince = before.filter(({ phase }) => phase === "contract" || phase === "purge")
  return triggerSetsOf(plan).filter(
    (set) =>
      madeSince.some(({ sql }) => makes(sql, set)) &&
      step.relations.some((relation) => isSameRelation(relation, set.relation)),
  )
}

/** The functions have the sources that the plan gives them: a later version of ours may write others. */
async function isAsPlanned(session: Session, { steps }: Plan, set: TriggerSet): Promise<boolean> {
  const sources = await session.ask<{ source: string }>(
    sql`SELECT p.prosrc AS source
       FROM pg_proc AS p
       JOIN pg_namespace AS n ON n.oid = p.pronamespace
      WHERE n.nspname = 'sluice' AND p.proname IN (${join([set.function, ...set.helpers].map(literal))})`,
  )
  const made = steps.filter((step) => makes(step.sql, set))
  return sources.every(({ source }) => made.some(({ sql }) => sql.includes(source)))
}

function broken(
  { run }: TargetRun,
  { step, set, lost }: { readonly step: Step; readonly set: TriggerSet; readonly lost: readonly LostPart[] },
): RefusedError {
  const parts =
    lost.length > 0
      ? describeLost(lost)
      : `function ${[set.function, ...set.helpers].map((name) => `sluice.${name}`).join(" or ")} isn't as it was made`
  const restore = howToRestore(lost) ?? `Run again what is lost of it: \`sluice plan --run ${run} --sql\` shows it.`
  return new RefusedError({
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `${set.keeps} aren't kept equal any more: ${parts}`,
    hint: `${restore} Then \`sluice retry ${run}\`, which compares the rows first. See docs/dual-write.md.`,
  })
}
