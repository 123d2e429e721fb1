import { retold, SluiceError } from "../domain/errors.ts"
import type { RejectedRows, Step } from "../domain/step.ts"
import type { Session } from "../postgres/session.ts"
import type { Direction } from "./journal-rows.ts"
import { keysOfRows } from "./keys-of-rows.ts"
import type { ExecutionObserver } from "./target-run.ts"

/**
 * Where PostgreSQL has rejected rows in a step's undo, it names none of them: asks which they are, tells the observer, and
 * gives the same error with a hint that is about them. Any other error stays as it is.
 */
export async function namingRejected(
  session: Session,
  run: string,
  observer: Pick<ExecutionObserver, "offendingKeys">,
  { step, direction }: { readonly step: Step; readonly direction: Direction },
  error: unknown,
): Promise<unknown> {
  const rows = direction === "undo" ? step.undoRejects : undefined
  if (!rows || !(error instanceof SluiceError) || error.code !== "DATA_REJECTED") return error
  const keys = await keysOf(session, rows)
  if (keys.length > 0) await observer.offendingKeys(step.id, error.code, rows.relation, keys)
  // A plan doesn't know the run's name.
  const hint = rows.hint.replace("`sluice status RUN`", `\`sluice status ${run}\``)
  return retold(error, { ...error.finding, hint: hint.replace("`sluice retry`", `\`sluice retry ${run}\``) })
}

/** None where they can't be read: what PostgreSQL has said is worth more than why that is so. */
async function keysOf(session: Session, rows: RejectedRows): Promise<readonly string[]> {
  try {
    return await keysOfRows(session, rows.keys)
  } catch {
    return []
  }
}
