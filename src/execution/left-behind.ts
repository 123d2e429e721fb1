import type { Step } from "../domain/step.ts"
import { withSession, type Session } from "../postgres/session.ts"
import { readJournal } from "./journal-rows.ts"
import { isUnseen, observe } from "./observe.ts"
import { helperSessionName } from "./session-name.ts"
import type { TargetRun } from "./target-run.ts"
import { journaledState } from "./under-way.ts"

/** A step that an aborted run has not undone. */
export interface LeftStep {
  readonly step: Step
  /** True: the catalog shows that what it did is there. False: nobody can tell (raw SQL, a journal that is gone). */
  readonly isSeen: boolean
}

/**
 * What is left of an aborted run: steps that the journal still has as done, and those whose undo somebody has left out,
 * as far as what they did is there. Somebody may have dropped it by hand before, or because the undo failed.
 */
export async function stepsLeftBehind(run: TargetRun, leftOut: readonly string[]): Promise<readonly LeftStep[]> {
  const applicationName = helperSessionName(run.run, "control")
  return withSession({ url: run.target.url, applicationName }, async (session) => {
    const isJournaled = (await journaledState(session, run.run)) !== null
    const done = isJournaled ? await stillDone(session, run) : new Set<string>()
    const left: LeftStep[] = []
    for (const step of run.plan.steps.filter(({ id }) => done.has(id) || leftOut.includes(id))) {
      const isSeen = isJournaled && !isUnseen(step)
      if (!isSeen || (await observe(session, step)) !== "before") left.push({ step, isSeen })
    }
    return left
  })
}

/**
 * Steps that were left out after a failed attempt and of which a part is there all the same, as an invalid index is that
 * couldn't be dropped.
 */
export async function partsOfSkipped(run: TargetRun, skipped: readonly string[]): Promise<readonly Step[]> {
  const steps = run.plan.steps.filter(({ id, repair }) => repair !== null && skipped.includes(id))
  if (steps.length === 0) return []
  const applicationName = helperSessionName(run.run, "control")
  return withSession({ url: run.target.url, applicationName }, async (session) => {
    const parts: Step[] = []
    for (const step of steps) if ((await observe(session, step)) === "partial") parts.push(step)
    return parts
  })
}

/** The ids of the steps that the journal has as done by this run. Fillings and comparisons leave nothing of their own. */
async function stillDone(session: Session, { run, plan }: TargetRun): Promise<ReadonlySet<string>> {
  const last = new Map((await readJournal(session, run)).map((row) => [row.step, row]))
  const done = plan.steps.filter(({ id, action }) => {
    const row = last.get(id)
    return action === "sql" && row?.direction === "do" && row.outcome === "done"
  })
  return new Set(done.map(({ id }) => id))
}
