import type { Sync } from "../domain/backfill.ts"
import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import { isAfter } from "../domain/phase.ts"
import type { Plan } from "../domain/plan.ts"
import { displayName } from "../domain/relation.ts"
import type { Step } from "../domain/step.ts"
import { dualWriteTriggers } from "../operations/sync/install.ts"
import { lostParts, type LostPart } from "../operations/sync/lost-parts.ts"
import type { Session } from "../postgres/session.ts"
import { describeLost, howToRestore } from "./lost-triggers.ts"
import { observe } from "./observe.ts"
import type { TargetRun } from "./target-run.ts"
import { makes } from "./trigger-sets.ts"

/**
 * Everything between the first gate and the contract rests on dual write, and days may lie between two steps: somebody
 * may have disabled or dropped its triggers, or put another table in the table's place. Throws RefusedError
 * DUAL_WRITE_BROKEN where that is so; does nothing for a step that comes before or after.
 */
export async function demandDualWrite(session: Session, run: TargetRun, step: Step): Promise<void> {
  if (!isAfter(step.phase, "expand") || isAfter(step.phase, "contract")) return
  const finding = await brokenDualWrite(session, run, { subject: step.id, again: `sluice retry ${run.run}` })
  if (finding !== null) throw new RefusedError(finding)
}

/** What must not go on without dual write, and the command with which it does once that is whole. */
interface Resting {
  readonly subject: string
  readonly again: string
}

/** What of dual write isn't as it was begun, of the first table where that is so; null: all of it is whole. */
export async function brokenDualWrite(
  session: Session,
  run: TargetRun,
  resting: Resting,
): Promise<ErrorFinding | null> {
  for (const sync of run.plan.syncs) {
    const beginning = beginningOf(run.plan, sync)
    // As the plan has it: a later version may write another function.
    if (beginning === null || (await observe(session, beginning)) === "after") continue
    const lost = await session.query<LostPart>(lostParts(dualWriteTriggers(sync)))
    return findingOf(run, { ...resting, sync, beginning, lost })
  }
  return null
}

/** The step that begins the table's dual write: it makes the triggers. */
function beginningOf({ steps }: Pick<Plan, "steps">, sync: Sync): Step | null {
  return steps.find(({ sql }) => makes(sql, dualWriteTriggers(sync))) ?? null
}

interface Break extends Resting {
  readonly sync: Sync
  readonly beginning: Step
  readonly lost: readonly LostPart[]
}

function findingOf({ run }: TargetRun, { subject, again, sync, beginning, lost }: Break): ErrorFinding {
  const table = displayName(sync.relation)
  const parts = lost.length > 0 ? describeLost(lost) : `its function isn't as "${beginning.id}" made it`
  return {
    code: "DUAL_WRITE_BROKEN",
    subject,
    message: `the old and the new shape of ${table} aren't kept equal any more: ${parts}`,
    hint: `${remedy(lost, run, beginning, again)} What was written meanwhile: docs/dual-write.md.`,
  }
}

function remedy(lost: readonly LostPart[], run: string, { id }: Step, again: string): string {
  const restore = howToRestore(lost)
  if (restore === null)
    return `Take the new shape away with \`sluice abort ${run}\` and start anew; or run again what is lost of ${id} (\`sluice plan --run ${run} --sql\` shows it), then \`${again}\`.`
  if (lost.some(({ kind }) => kind === "elsewhere"))
    return `${restore} Then \`${again}\`: no undo touches a table that only bears the name.`
  return `${restore} Then \`${again}\`, or take the new shape away: \`sluice abort ${run}\`.`
}
