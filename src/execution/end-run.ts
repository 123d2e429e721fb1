import type { RunEnd } from "../domain/run.ts"
import { withSession } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import { withClaim } from "./claimed.ts"
import { tidyArchiveSchema } from "./empty-archive-schema.ts"
import { checkFence } from "./fence.ts"
import { enterEnded } from "./register-run.ts"
import { setRunState } from "./run-rows.ts"
import { helperSessionName } from "./session-name.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"
import { isUnderWay, journaledState } from "./under-way.ts"

/**
 * Ends the run in the journal, and with it every attempt that is still about: under a claim of its own, so that a worker
 * that wakes up later can commit nothing. Answers how the run has ended: what the journal says already stays. A run that
 * it doesn't have, because it was aborted before its plan was ready or another one bears its name there, ends all the same.
 */
export async function endRun(
  run: TargetRun,
  end: RunEnd,
  attempt: Attempt,
  observer: Pick<ExecutionObserver, "blockers">,
): Promise<RunEnd> {
  const ended = await endInJournal(run, end, attempt, observer)
  await tidyArchiveSchema(run, attempt)
  return ended
}

async function endInJournal(
  run: TargetRun,
  end: RunEnd,
  attempt: Attempt,
  observer: Pick<ExecutionObserver, "blockers">,
): Promise<RunEnd> {
  const { url } = run.target
  const options = { url, applicationName: helperSessionName(run.run, "control"), signal: attempt.signal }
  const state = await withSession(options, async (session) => {
    const journaled = await journaledState(session, run)
    if (journaled === null && end === "aborted") await enterEnded(session, run)
    return journaled
  })
  if (state === null || !isUnderWay(state)) return state === "completed" || state === "aborted" ? state : end
  await withClaim(run, { step: "end", direction: "do", attempt, observer }, (session, { claim }) =>
    session.transaction(async () => {
      await checkFence(session, claim)
      await setRunState(session, run.run, end)
    }),
  )
  return end
}
