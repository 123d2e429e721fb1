import type { Step } from "../domain/step.ts"
import { withSession } from "../postgres/session.ts"
import { readJournal } from "./journal-rows.ts"
import { helperSessionName } from "./session-name.ts"
import type { TargetRun } from "./target-run.ts"
import { journaledState } from "./under-way.ts"

/**
 * What the journal still has as done by this run: after its abort, what was left behind. Fillings and comparisons leave
 * nothing of their own.
 */
export async function stepsStillDone(run: TargetRun): Promise<readonly Step[]> {
  const applicationName = helperSessionName(run.run, "control")
  const rows = await withSession({ url: run.target.url, applicationName }, async (session) =>
    (await journaledState(session, run.run)) === null ? [] : readJournal(session, run.run),
  )
  const last = new Map(rows.map((row) => [row.step, row]))
  return run.plan.steps.filter(({ id, action }) => {
    const row = last.get(id)
    return action === "sql" && row?.direction === "do" && row.outcome === "done"
  })
}
