import { withSession, type Session, type SessionOptions } from "../postgres/session.ts"
import { sqlstateOf } from "../postgres/map-error.ts"
import type { Attempt } from "./attempt.ts"
import { claimEpoch, currentEpoch, type Claim } from "./fence.ts"
import type { Direction } from "./journal-rows.ts"
import { helperSessionName, sessionName } from "./session-name.ts"
import { takeOver } from "./take-over.ts"
import type { TargetRun } from "./target-run.ts"

/** A claimed epoch, and the way to sessions that work under it. */
export interface Claimed {
  readonly claim: Claim
  /** A session that a later attempt will find by its name and end. */
  withSession<T>(limits: SessionLimits, work: (session: Session) => Promise<T>): Promise<T>
  /** A session that only looks: for blockers, for lag. */
  withWatch<T>(work: (session: Session) => Promise<T>): Promise<T>
}

export type SessionLimits = Pick<SessionOptions, "lockTimeoutMs" | "statementTimeoutMs" | "signal">

const claimTries = 20

/** Claims the run's next epoch and ends what earlier attempts left running; only then may anything be done. */
export async function takeClaim(
  { run, target }: TargetRun,
  { step, direction, attempt }: { step: string; direction: Direction; attempt: Attempt },
): Promise<Claimed> {
  const { signal } = attempt
  const claim = await withSession(
    { url: target.url, applicationName: helperSessionName(run, "claim"), signal, lockTimeoutMs: 500 },
    async (session) => {
      const claim = await claimPatiently(session, { run, step, direction, attempt })
      await takeOver(session, run, claim.epoch, signal)
      return claim
    },
  )
  const applicationName = sessionName(run, claim.epoch)
  return {
    claim,
    withSession: (limits, work) => withSession({ url: target.url, applicationName, signal, ...limits }, work),
    withWatch: (work) =>
      withSession(
        { url: target.url, applicationName: helperSessionName(run, "watch"), signal, statementTimeoutMs: 5_000 },
        work,
      ),
  }
}

/**
 * A frozen worker's open transaction holds the fence's row. Its session belongs to an epoch that is older than the one
 * about to be claimed, so it may be ended before.
 */
async function claimPatiently(session: Session, request: Parameters<typeof claimEpoch>[1]): Promise<Claim> {
  for (let tries = 1; ; tries++) {
    try {
      return await claimEpoch(session, request)
    } catch (error) {
      if (sqlstateOf(error) !== "55P03" || tries >= claimTries) throw error
      const epoch = await currentEpoch(session, request.run)
      await takeOver(session, request.run, epoch + 1, request.attempt.signal)
    }
  }
}
