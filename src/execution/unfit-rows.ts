import { RefusedError, UserError } from "../domain/errors.ts"
import { displayName } from "../domain/relation.ts"
import type { Step, UnfitRows } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import { demandFooting } from "./footing.ts"
import type { Direction } from "./journal-rows.ts"
import { keysOfRows } from "./keys-of-rows.ts"
import { observe } from "./observe.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"
import { demandUntouched, restsFor } from "./untouched.ts"

/**
 * Before a shape comes back whose promises bind every write at once: no row may be there that it can't hold, for from then
 * on applications could write none of them. Asked outside the step's transaction, since it may read a whole table. Throws
 * RefusedError DATA_REJECTED, and what demandFooting and demandUntouched do; the rows' keys go to the observer.
 */
export async function demandFit(
  session: Session,
  run: TargetRun,
  observer: Pick<ExecutionObserver, "offendingKeys">,
  work: { readonly step: Step; readonly direction: Direction },
): Promise<void> {
  const { step, direction } = work
  const { undoDemands = [] } = step
  if (direction !== "undo" || undoDemands.length === 0 || (await observe(session, step)) !== "after") return
  // First: rows that were written past the triggers have nothing there either, and are put right in another way.
  await demandFooting(session, run, work)
  await demandUntouched(session, run, work, await restsFor(session, run, work))
  const found: UnfitRows[] = []
  for (const rows of undoDemands) {
    const keys = await keysOf(session, rows)
    if (keys.length === 0) continue
    await observer.offendingKeys(step.id, "DATA_REJECTED", rows.relation, keys)
    found.push(rows)
  }
  const [first] = found
  if (!first) return
  throw new RefusedError({
    code: "DATA_REJECTED",
    subject: displayName(first.relation),
    message: found.map(({ message }) => message).join("; "),
    hint: `Their keys are listed by \`sluice status ${run.run}\`. ${first.remedy}, then \`sluice retry ${run.run}\`. Until then the old shape stays hidden, and applications write the new one as ever.`,
  })
}

async function keysOf(session: Session, { keys }: UnfitRows): Promise<readonly string[]> {
  try {
    return await keysOfRows(session, keys)
  } catch (error) {
    // Another column that it reads is hidden as well, or another one by now: then nothing tells, and PostgreSQL will.
    if (error instanceof UserError || error instanceof RefusedError) return []
    throw error
  }
}
