import { BugError, SluiceError, TransientError } from "../src/domain/errors.ts"
import type { Finding } from "../src/domain/finding.ts"
import { setFindings } from "../src/ledger/runs.ts"
import type { ActivityDeps } from "./deps.ts"
import type { RunRef } from "./types.ts"

/**
 * For what nobody would try again: a workflow that reads where its run stands has nothing yet that could wait for a
 * person, and would fail. A target that refuses (a login, a configuration that doesn't know it) is asked again until it
 * doesn't, as Temporal tries what is transient; `status` says what it waits for.
 */
export async function untilLetIn<T>(deps: ActivityDeps, ref: RunRef, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SluiceError) || error instanceof BugError) throw error
    await setFindings(deps.control, ref.run, [asked(error.finding)])
    throw new TransientError(error.finding, { cause: error })
  }
}

function asked(finding: Finding): Finding {
  const again = "It is asked again every few seconds."
  return { ...finding, severity: "warning", hint: finding.hint === undefined ? again : `${finding.hint} ${again}` }
}
