import { RefusedError, SluiceError } from "../domain/errors.ts"
import type { Conflict } from "../execution/journal.ts"
import { loadRun } from "../ledger/run-status.ts"
import type { App } from "./context.ts"

/**
 * The refusal for the sake of a run that the target's journal names. Where this control database doesn't know it, its
 * own was lost or is another person's: no verb but `recover` reaches it from here.
 */
export async function explainForeign(app: App, target: string, { run, refusal }: Conflict): Promise<RefusedError> {
  if ((await isKnown(app, run)) !== false) return refusal
  return new RefusedError(
    {
      ...refusal.finding,
      message: `${refusal.message}; it is recorded by another control database`,
      hint: `Steer it from the project that started it. If its control database is lost: sluice recover ${run} --target ${target}`,
    },
    { cause: refusal },
  )
}

/** Null where the control database can't be asked. */
export async function isKnown(app: App, run: string): Promise<boolean | null> {
  try {
    await loadRun(await app.control(), run)
    return true
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return error.code === "RUN_NOT_FOUND" ? false : null
  }
}
