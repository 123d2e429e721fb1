import { RefusedError, SluiceError } from "../domain/errors.ts"
import { hasEnded, isUnwinding, type RunStatus } from "../domain/run.ts"
import type { Conflict } from "../execution/journal.ts"
import { anothersRun } from "../execution/whose-run.ts"
import { loadRun } from "../ledger/run-status.ts"
import type { App } from "./context.ts"
import { waysOut } from "./further-back.ts"

/**
 * The refusal for the sake of a run that the target's journal names. Where this control database doesn't know it, or as
 * another one by the same name, its own was lost or is another person's: no verb but `recover` reaches it from
 * here. Where the run has ended here, the target was restored to an older state: nothing is at work on it that could be
 * waited for.
 */
export async function explainForeign(app: App, target: string, { run, refusal }: Conflict): Promise<RefusedError> {
  const known = await knownRun(app, run)
  if (known === "unasked") return refusal
  if (known === null || (await isForeign(app, target, run)))
    return explained(
      refusal,
      "it is recorded by another control database",
      `Steer it from the project that started it. If its control database is lost: sluice recover ${run} --target ${target}`,
    )
  if (!hasEnded(known.state))
    return isUnwinding(known) && refusal.code === "RUN_ACTIVE" ? takingBack(refusal, known) : refusal
  const ways = waysOut(known, null).map(({ command, what }) => `${command} ${what}`)
  const ended = `here it has ended (${known.state}), so that the target was restored, or failed over, to an older state`
  return explained(refusal, ended, ways.join("; "))
}

function takingBack(refusal: RefusedError, { run, choices }: RunStatus): RefusedError {
  const message = `the run ${run} is taking this back; it can be started again once that has ended`
  const hint = [`sluice wait ${run} --for end`, ...choices].join("; ")
  return new RefusedError({ ...refusal.finding, message, hint }, { cause: refusal })
}

/** The same for whatever a use case was refused with; any other error is answered as it is. */
export async function explainActive(app: App, target: string, error: unknown): Promise<unknown> {
  if (!(error instanceof RefusedError) || error.code !== "RUN_ACTIVE") return error
  return explainForeign(app, target, { run: error.finding.subject, refusal: error })
}

function explained(refusal: RefusedError, why: string, hint: string): RefusedError {
  return new RefusedError({ ...refusal.finding, message: `${refusal.message}; ${why}`, hint }, { cause: refusal })
}

/** True where the target has a run of this name that another control database has started. */
export async function isForeign(app: App, target: string, run: string): Promise<boolean> {
  const own = await app.ownRun(run)
  return (await app.inTarget(app.target(target), "whose", (session) => anothersRun(session, own))) !== null
}

/** Null where the control database doesn't know it, `unasked` where that can't be asked. */
export async function knownRun(app: App, run: string): Promise<RunStatus | null | "unasked"> {
  try {
    return await loadRun(await app.control(), run)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return error.code === "RUN_NOT_FOUND" ? null : "unasked"
  }
}
