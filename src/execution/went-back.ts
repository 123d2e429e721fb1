import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import { firstFew } from "../domain/first-few.ts"
import { isAfter } from "../domain/phase.ts"
import type { Session } from "../postgres/session.ts"
import { doneAfter, everDone, type JournalRow } from "./journal-rows.ts"
import type { TargetRun } from "./target-run.ts"
import { journaledState, notThere } from "./under-way.ts"

const mostNamed = 3

/**
 * Why nothing may be built on what the run has done. RUN_NOT_IN_TARGET where the target's journal lacks the run itself,
 * RUN_NAME_TAKEN where another one bears its name there, TARGET_WENT_BACK where it lacks steps that were told to be done.
 * Null: all is there, or nobody has told.
 */
export async function wentBack(session: Session, target: TargetRun): Promise<ErrorFinding | null> {
  const { told = [] } = target
  if (told.length === 0) return null
  const isThere = (await journaledState(session, target)) !== null
  return isThere ? lostSteps(session, target) : (await notThere(session, target)).finding
}

/** For a run of which it is known that the journal has it. Throws RefusedError TARGET_WENT_BACK. */
export async function demandNothingLost(session: Session, run: TargetRun): Promise<void> {
  const finding = await lostSteps(session, run)
  if (finding) throw new RefusedError(finding)
}

/**
 * Before the undo of a step: those behind it were taken back first, because they rest on it, and may stand again in a
 * target that was restored since. `undone`: the steps that the control database has as taken back. Throws RefusedError
 * UNDONE_IS_BACK.
 */
export function demandNothingBack(
  { run, plan }: Pick<TargetRun, "run" | "plan">,
  step: string,
  { undone, journal }: { readonly undone: readonly string[]; readonly journal: readonly JournalRow[] },
): void {
  const behind = plan.steps.slice(plan.steps.findIndex(({ id }) => id === step) + 1)
  const stands = new Set(doneAfter(journal))
  const back = behind.filter(({ id }) => undone.includes(id) && stands.has(id)).map(({ id }) => id)
  if (back.length === 0) return
  throw new RefusedError({
    code: "UNDONE_IS_BACK",
    subject: run,
    message: `what was taken back stands again in the target (${firstFew(back, mostNamed)}): it was restored to an older state, or has failed over to a server that lacked the undo`,
    hint: "Nothing to do: it is taken back again first.",
  })
}

/**
 * The target was restored to an older state, or failed over to a server that lacked the last commits: with the journal's
 * rows went what the steps had done in the same transactions.
 */
async function lostSteps(session: Session, { run, plan, told = [] }: TargetRun): Promise<ErrorFinding | null> {
  if (told.length === 0) return null
  const journaled = await everDone(session, run)
  const lost = told.filter((id) => !journaled.has(id))
  if (lost.length === 0) return null
  const isContracted = plan.steps.some(({ id, phase }) => isAfter(phase, "soak") && told.includes(id))
  const [verb, what] = isContracted ? ["undo", "brings the old shape back from"] : ["abort", "takes back"]
  return {
    code: "TARGET_WENT_BACK",
    subject: run,
    message: `the target doesn't have what this run has done before (${firstFew(lost, mostNamed)}): it was restored to an older state, or has failed over to a server that lacked it`,
    hint: `Where the newer database can be had, bring it back, and the run goes on. Else \`sluice ${verb} ${run}\` ${what} what is there; then start anew.`,
  }
}
