import { withSession, type Session, type SessionOptions } from "../postgres/session.ts"
import { sqlstateOf } from "../postgres/map-error.ts"
import type { Attempt } from "./attempt.ts"
import { BlockerWatch } from "./blocker-watch.ts"
import { claimEpoch, currentEpoch, type Claim } from "./fence.ts"
import type { Direction } from "./journal-rows.ts"
import { exhausted } from "./lock-budget.ts"
import { upgradeJournal } from "./schema/ensure-journal.ts"
import { helperSessionName, sessionName } from "./session-name.ts"
import { takeOver } from "./take-over.ts"
import { demandNothingLost } from "./went-back.ts"
import type { ExecutionObserver, TargetRun } from "./target-run.ts"

/** A claimed epoch, and the way to further sessions that work under it. */
export interface Claimed {
  readonly claim: Claim
  /** A session that a later attempt will find by its name and end. */
  withSession<T>(limits: SessionLimits, work: (session: Session) => Promise<T>): Promise<T>
  /** A session that only looks: for blockers, for lag. */
  withWatch<T>(work: (session: Session) => Promise<T>): Promise<T>
}

export type SessionLimits = Pick<SessionOptions, "lockTimeoutMs" | "statementTimeoutMs" | "signal">

/** How long one try to claim may wait for the fence's row. */
const claimTimeoutMs = 500

/** What is claimed for. */
export interface ClaimRequest {
  readonly step: string
  readonly direction: Direction
  readonly attempt: Attempt
  /** Told who keeps the claim waiting. */
  readonly observer: Pick<ExecutionObserver, "blockers">
}

/**
 * Claims the run's next epoch and ends what earlier attempts left running; only then may anything be done. The session
 * that has claimed goes on under the epoch's name: each new one costs a step as much as all that it asks of the catalog.
 *
 * Throws what `work` does, TransientError LOCK_BUDGET where a foreign session holds the fence's row for longer than the
 * lock budget, RefusedError TARGET_WENT_BACK where the target lacks what was done before (not on the way back),
 * RUN_NAME_TAKEN where the run there is another control database's.
 */
export async function withClaim<T>(
  run: TargetRun,
  request: ClaimRequest,
  work: (session: Session, claimed: Claimed) => Promise<T>,
): Promise<T> {
  const { url, limits } = run.target
  const { signal } = request.attempt
  const subject = request.step
  const withWatch: Claimed["withWatch"] = (work) =>
    withSession({ url, applicationName: helperSessionName(run.run, "watch"), signal, statementTimeoutMs: 5_000 }, work)
  const options = { url, applicationName: helperSessionName(run.run, "claim"), subject, signal }
  return withSession({ ...options, lockTimeoutMs: claimTimeoutMs }, async (session) => {
    await upgradeJournal(session)
    const claim = await claimPatiently(session, run, request, withWatch)
    await takeOver(session, run.run, claim.epoch, signal)
    if (request.direction === "do") await demandNothingLost(session, run)
    const applicationName = sessionName(run.run, claim.epoch)
    await session.query("SELECT set_config('application_name', $1, false), set_config('lock_timeout', $2, false)", [
      applicationName,
      `${limits.lockTimeoutMs}`,
    ])
    return work(session, {
      claim,
      withSession: (limits, work) => withSession({ url, applicationName, subject, signal, ...limits }, work),
      withWatch,
    })
  })
}

/**
 * A frozen worker's open transaction holds the fence's row. Its session belongs to an epoch that is older than the one
 * about to be claimed, so it may be ended before. Anybody else who holds it is waited for, and named.
 */
async function claimPatiently(
  session: Session,
  meant: TargetRun,
  { observer, ...request }: ClaimRequest,
  withWatch: Claimed["withWatch"],
): Promise<Claim> {
  const { run } = meant
  const { lockBudgetMs } = meant.target.limits
  const watch = new BlockerWatch({ withWatch }, (blockers) => observer.blockers(request.step, blockers).catch(() => {}))
  const giveUpAt = Date.now() + lockBudgetMs
  try {
    for (;;) {
      try {
        const claim = await claimEpoch(session, { ...meant, ...request })
        await watch.clear()
        return claim
      } catch (error) {
        if (sqlstateOf(error) !== "55P03") throw error
        watch.start(session, { afterMs: 0, everyMs: claimTimeoutMs / 2 })
        if (Date.now() > giveUpAt)
          throw exhausted({ subject: request.step, what: fenceRow, lockBudgetMs }, watch.last, error)
        const epoch = await currentEpoch(session, run)
        await takeOver(session, run, epoch + 1, request.attempt.signal)
      }
    }
  } finally {
    await watch.stop()
  }
}

const fenceRow = "the run's row in sluice.fence"
