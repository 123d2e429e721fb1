import type { Sync } from "../domain/backfill.ts"
import { RefusedError } from "../domain/errors.ts"
import { isAfter } from "../domain/phase.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName, isSameRelation } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import { lostParts, type LostPart } from "../operations/sync/lost-parts.ts"
import type { Session } from "../postgres/session.ts"
import { ident, qualified } from "../sql/sql.ts"
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
    throw broken(run, { step, sync, beginning, lost: await session.query<LostPart>(lostParts(sync)) })
  }
}

/**
 * For the contract, under its locks: what applications wrote while dual write was off is found by the comparisons, and
 * after the last of them nothing compares any more. So from then on nobody may have touched the triggers, not even to
 * put them back. A table that has no comparison must have them as they were made.
 *
 * The catalog tells: a trigger's row bears the transaction that wrote it last, the journal's row that of the
 * comparison.
 */
export async function demandUntouched(session: Session, run: TargetRun, step: Step): Promise<void> {
  for (const sync of run.plan.syncs) {
    const since = lastComparisonOf(run.plan, sync) ?? beginningOf(run.plan, sync)
    if (since === null) continue
    const touched = await session.query<{ name: string }>(
      `SELECT DISTINCT g.tgname::text AS name
         FROM pg_trigger AS g,
              (SELECT j.xid::xid AS xid FROM sluice.journal AS j
                WHERE j.run = $1 AND j.step = $2 AND j.direction = 'do' ORDER BY j.seq DESC LIMIT 1) AS compared
        WHERE g.tgname = ANY ($3) AND g.tgparentid = 0 AND age(g.xmin) < age(compared.xid)
        ORDER BY 1`,
      [run.run, since.id, [sync.insertTrigger, sync.updateTrigger]],
    )
    if (touched.length > 0) throw touchedSince(run, { step, sync, names: touched.map(({ name }) => ident(name)) })
  }
}

/** The step that begins the table's dual write. */
function beginningOf({ steps }: Pick<Plan, "steps">, { relation }: Sync): Step | null {
  const begins = ({ id, phase, relations: [table] }: Step): boolean =>
    phase === "expand" && /\/sync(~\d+)?$/.test(id) && table !== undefined && isSameRelation(table, relation)
  return steps.find(begins) ?? null
}

function lastComparisonOf({ steps }: Pick<Plan, "steps">, { relation }: Sync): Step | null {
  const compares = (step: Step): boolean =>
    step.action === "verify" && !isAfter(step.phase, "contract") && isSameRelation(step.walk.relation, relation)
  return steps.findLast(compares) ?? null
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
  const parts = lost.length > 0 ? lost.map(describe).join("; ") : `its function isn't as "${beginning.id}" made it`
  return new RefusedError({
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `the old and the new shape of ${table} aren't kept equal any more: ${parts}`,
    hint: `${remedy(lost, run, beginning)} What was written meanwhile: docs/dual-write.md.`,
  })
}

function describe({ kind, name, host }: LostPart): string {
  switch (kind) {
    case "table":
      return `table ${name} is gone`
    case "column":
      return `column ${ident(name)} is gone`
    case "function":
      return `function ${name} is gone`
    case "trigger":
      return `trigger ${ident(name)} is gone`
    case "off":
      return `trigger ${ident(name)} of ${host} is disabled, or not enabled as ALWAYS`
    case "elsewhere":
      return `trigger ${ident(name)} is on ${host}`
  }
}

function remedy(lost: readonly LostPart[], run: string, { id }: Step): string {
  const elsewhere = lost.find(({ kind }) => kind === "elsewhere")
  if (elsewhere)
    return `If ${elsewhere.host} is the table, give it its name back, then \`sluice retry ${run}\`: no undo touches a table that only bears the name.`
  const off = lost.filter(({ kind }) => kind === "off")
  if (off.length > 0 && off.length === lost.length) {
    const enable = off.map(({ name, host }) => `ALTER TABLE ${host} ENABLE ALWAYS TRIGGER ${ident(name)};`)
    return `${enable.join(" ")} Then \`sluice retry ${run}\`, or take the new shape away: \`sluice abort ${run}\`.`
  }
  return `Take the new shape away with \`sluice abort ${run}\` and start anew; or run again what is lost of ${id} (\`sluice plan --run ${run} --sql\` shows it), then \`sluice retry ${run}\`.`
}

function touchedSince(
  { run }: TargetRun,
  { step, sync, names }: Pick<Break, "step" | "sync"> & { readonly names: readonly string[] },
): RefusedError {
  const table = qualified(sync.relation)
  return new RefusedError({
    code: "DUAL_WRITE_BROKEN",
    subject: step.id,
    message: `${names.join(" and ")} of ${table} was dropped, disabled or put back after the rows were compared last, so nobody knows what was written meanwhile`,
    hint: `Take the new shape away: \`sluice abort ${run}\`, then start anew. See docs/dual-write.md.`,
  })
}
