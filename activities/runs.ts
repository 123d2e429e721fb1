import { Context } from "@temporalio/activity"
import { SluiceError } from "../src/domain/errors.ts"
import { outlineOf } from "../src/domain/plan.ts"
import { isRegistered } from "../src/execution/is-registered.ts"
import { setRunState as setJournaledState } from "../src/execution/journal.ts"
import { watchProbes } from "../src/health/watch-probes.ts"
import { finishRun, setFindings, setRunState } from "../src/ledger/runs.ts"
import { loadPlan } from "../src/ledger/plans.ts"
import { withSession } from "../src/postgres/session.ts"
import { attempted, mapped } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { targetRunOf } from "./target-run.ts"
import type { RunActivities, RunRef } from "./types.ts"

/** The run has ended whether or not its report can be written: `status` then says why not, the ledger has it all. */
async function writeReport(deps: ActivityDeps, ref: RunRef): Promise<void> {
  try {
    await deps.writeReport(ref.run)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    await setFindings(deps.control, ref.run, [{ ...error.finding, severity: "warning" }])
  }
}

/** The run as a whole: its state for `status`, its soak, its end. */
export function createRunActivities(deps: ActivityDeps): RunActivities {
  const { control } = deps
  return {
    loadOutline: (ref) => mapped(async () => outlineOf(await loadPlan(control, ref.planHash))),
    recordState: (ref, change) => mapped(() => setRunState(control, ref, { ...change, phase: ref.phase })),
    finishRun: (ref, outcome) =>
      mapped(async () => {
        const { target } = await targetRunOf(deps, ref)
        await withSession({ url: target.url, applicationName: "sluice:finish" }, async (session) => {
          // A run that was aborted before its plan was ready isn't in the journal.
          if (await isRegistered(session, ref.run)) await setJournaledState(session, ref.run, outcome.state)
        })
        await finishRun(control, ref, outcome)
        await writeReport(deps, ref)
      }),
    soak: (ref, milliseconds) =>
      attempted(deps, ref, null, async (attempt) => {
        const { target } = await targetRunOf(deps, ref)
        // From when the soak was scheduled, so that an attempt after a worker's death doesn't begin anew.
        await watchProbes(target, Context.current().info.scheduledTimestampMs + milliseconds, attempt)
      }),
  }
}
