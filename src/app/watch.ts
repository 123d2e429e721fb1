import { setTimeout as sleep } from "node:timers/promises"
import { SluiceError } from "../domain/errors.ts"
import type { Finding } from "../domain/finding.ts"
import { hasEnded, type RunStatus } from "../domain/run.ts"
import { loadRun } from "../ledger/run-status.ts"
import type { App } from "./context.ts"
import { findRun } from "./runs.ts"
import { showStatus } from "./status.ts"

/** Whether Temporal and a worker are there is asked less often than where the run stands. */
const askEveryMs = 5000

/** The run's status again and again, until it has ended or the signal says stop. The last one is the final one. */
export async function* watch(
  app: App,
  run: string,
  options: { readonly everyMs: number; readonly signal: AbortSignal },
): AsyncGenerator<RunStatus> {
  const { run: id } = await findRun(app, run)
  const control = await app.control()
  let missing: readonly Finding[] = []
  let choices: readonly string[] | null = null
  let told: Pick<RunStatus, "until" | "paused" | "sentBack" | "offendingRows"> = {}
  let waits = ""
  let asked = 0
  while (!options.signal.aborted) {
    const status = await patiently(() => loadRun(control, id))
    if (status instanceof SluiceError) missing = [{ ...status.finding, severity: "warning" }]
    else {
      if (!hasEnded(status.state) && (Date.now() - asked > askEveryMs || waitOf(status) !== waits)) {
        const full = await patiently(() => showStatus(app, id))
        missing = full instanceof SluiceError ? [full.finding] : full.findings.slice(status.findings.length)
        choices = !(full instanceof SluiceError) && missing.length > 0 ? full.choices : null
        if (!(full instanceof SluiceError))
          told = {
            until: full.until ?? null,
            paused: full.paused ?? null,
            sentBack: full.sentBack ?? null,
            offendingRows: full.offendingRows ?? [],
          }
        waits = waitOf(status)
        asked = Date.now()
      }
      yield {
        ...status,
        findings: [...status.findings, ...missing],
        choices: choices ?? status.choices,
        ...told,
        ...(hasEnded(status.state) && { until: null }),
      }
      if (hasEnded(status.state)) return
    }
    await sleep(options.everyMs, undefined, { signal: options.signal }).catch(() => undefined)
  }
}

/** What a deadline belongs to. */
function waitOf({ state, phase, waitingFor }: RunStatus): string {
  return [state, phase, waitingFor].join(" ")
}

/** What is watched may be away for a while: that is told, not thrown. */
async function patiently<T>(load: () => Promise<T>): Promise<T | SluiceError> {
  try {
    return await load()
  } catch (error) {
    if (error instanceof SluiceError && error.kind === "TransientError") return error
    throw error
  }
}
