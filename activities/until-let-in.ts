import { Context } from "@temporalio/activity"
import { BugError, SluiceError, TransientError } from "../src/domain/errors.ts"
import type { Finding } from "../src/domain/finding.ts"
import { setFindings } from "../src/ledger/runs.ts"
import type { ActivityDeps } from "./deps.ts"
import type { RunRef } from "./types.ts"

/**
 * For what nobody would try again: a target that refuses (a login, a configuration that doesn't know it) is asked again
 * until it doesn't, as Temporal tries what is transient.
 */
export async function untilLetIn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SluiceError) || error instanceof BugError) throw error
    throw new TransientError(error.finding, { cause: error })
  }
}

/**
 * The same for a workflow that reads where its run stands, or says its last word: it has nothing yet, or nothing any
 * more, that could wait for a person. `status`
 * says meanwhile what it waits for, and no longer once it was let in.
 */
export async function untilToldWhere<T>(deps: ActivityDeps, ref: RunRef, work: () => Promise<T>): Promise<T> {
  try {
    const told = await untilLetIn(work)
    if (Context.current().info.attempt > 1) await setFindings(deps.control, ref.run, [])
    return told
  } catch (error) {
    if (error instanceof TransientError) await setFindings(deps.control, ref.run, [asked(error.finding)])
    throw error
  }
}

function asked(finding: Finding): Finding {
  const again = "It is asked again every few seconds."
  return { ...finding, severity: "warning", hint: finding.hint === undefined ? again : `${finding.hint} ${again}` }
}
