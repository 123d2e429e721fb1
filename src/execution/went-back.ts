import { RefusedError, type ErrorFinding } from "../domain/errors.ts"
import { firstFew } from "../domain/first-few.ts"
import { isAfter } from "../domain/phase.ts"
import type { Session } from "../postgres/session.ts"
import type { TargetRun } from "./target-run.ts"
import { journaledState, notInTarget } from "./under-way.ts"

const mostNamed = 3

/**
 * Why nothing may be built on what the run has done: the target's journal lacks steps that were told to be done. The
 * target was restored to an older state, or failed over to a server that lacked the last commits; with the journal's
 * rows went what the steps had done in the same transactions. RUN_NOT_IN_TARGET where it lacks the run itself. Null: all is
 * there, or nobody has told.
 */
export async function wentBack(session: Session, { run, plan, told }: TargetRun): Promise<ErrorFinding | null> {
  if (told === undefined || told.length === 0) return null
  if ((await journaledState(session, run)) === null) return notInTarget(run).finding
  const journaled = await everDone(session, run)
  const lost = plan.steps.filter(({ id }) => told.includes(id) && !journaled.includes(id))
  if (lost.length === 0) return null
  const isContracted = plan.steps.some(({ id, phase }) => isAfter(phase, "soak") && told.includes(id))
  const [verb, what] = isContracted ? ["undo", "brings the old shape back from"] : ["abort", "takes back"]
  return {
    code: "TARGET_WENT_BACK",
    subject: run,
    message: `the target doesn't have what this run has done before (${firstFew(
      lost.map(({ id }) => id),
      mostNamed,
    )}): it was restored to an older state, or has failed over to a server that lacked it`,
    hint: `Where the newer database can be had, bring it back, and the run goes on. Else \`sluice ${verb} ${run}\` ${what} what is there; then start anew.`,
  }
}

/** Throws RefusedError TARGET_WENT_BACK or RUN_NOT_IN_TARGET. */
export async function demandNothingLost(session: Session, run: TargetRun): Promise<void> {
  const finding = await wentBack(session, run)
  if (finding) throw new RefusedError(finding)
}

async function everDone(session: Session, run: string): Promise<readonly string[]> {
  const rows = await session.query<{ step: string }>(
    "SELECT DISTINCT step FROM sluice.journal WHERE run = $1 AND direction = 'do'",
    [run],
  )
  return rows.map(({ step }) => step)
}
