import type { Step } from "../domain/step.ts"
import { withSession, type Session } from "../postgres/session.ts"
import { readJournal, type JournalRow } from "./journal-rows.ts"
import { isUnseen, observe } from "./observe.ts"
import { findRun, findRuns, type JournaledRun } from "./run-rows.ts"
import { helperSessionName } from "./session-name.ts"
import type { TargetRun } from "./target-run.ts"
import { journaledState } from "./under-way.ts"
import { isAnothers } from "./whose-run.ts"

/** A step that an aborted run has not undone. */
export interface LeftStep {
  readonly step: Step
  /** True: the catalog shows that what it did is there. False: nobody can tell (raw SQL). */
  readonly isSeen: boolean
}

/** What is known of an aborted run beside the target's journal. */
export interface AbortedRun {
  /** Steps whose undo somebody has left out. */
  readonly leftOut: readonly string[]
  /** Steps that the control database knows to have been done by this run, and not undone. */
  readonly held: ReadonlySet<string>
}

/**
 * What is left of an aborted run: steps that the journal still has as done, those whose undo somebody has left out, and
 * where it has lost all that was done, those of which it has no word, as far as what they did is there. Somebody may have
 * dropped it by hand before, or because the undo failed, or the target was restored to before it.
 */
export async function stepsLeftBehind(run: TargetRun, { leftOut, held }: AbortedRun): Promise<readonly LeftStep[]> {
  const applicationName = helperSessionName(run.run, "control")
  return withSession({ url: run.target.url, applicationName }, async (session) => {
    const journal = (await journaledState(session, run)) === null ? [] : await readJournal(session, run.run)
    const done = stillDone(run, journal)
    const isEmptied = journal.every(({ direction }) => direction === "undo") && !(await isTwinsWork(session, run))
    const journaled = new Set(journal.map(({ step }) => step))
    const lost = isEmptied ? run.plan.steps.filter(isUntold(held, journaled)) : []
    const left: LeftStep[] = []
    for (const step of run.plan.steps) {
      if (!done.has(step.id) && !leftOut.includes(step.id) && !lost.includes(step)) continue
      const isSeen = !isUnseen(step)
      if (!isSeen || (await observe(session, step)) !== "before") left.push({ step, isSeen })
    }
    return left
  })
}

/** Work that the journal has no word of. What the purge has dropped looks in the catalog like what never was. */
function isUntold(held: ReadonlySet<string>, journaled: ReadonlySet<string>): (step: Step) => boolean {
  return ({ id, action, phase }) => action === "sql" && phase !== "purge" && held.has(id) && !journaled.has(id)
}

/** True where the target never heard of this run, and another one of the same plan is at work there, or bears its name. */
async function isTwinsWork(session: Session, meant: TargetRun): Promise<boolean> {
  const found = await findRun(session, meant.run)
  if (found === null) return false
  if (isAnothers(found, meant)) return true
  const isTwin = ({ state, planHash }: JournaledRun): boolean => state === "active" && planHash === meant.plan.hash
  return found.workflowId === "" && (await findRuns(session)).some(isTwin)
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
function stillDone({ plan }: TargetRun, journal: readonly JournalRow[]): ReadonlySet<string> {
  const last = new Map(journal.map((row) => [row.step, row]))
  const done = plan.steps.filter(({ id, action }) => {
    const row = last.get(id)
    return action === "sql" && row?.direction === "do" && row.outcome === "done"
  })
  return new Set(done.map(({ id }) => id))
}
