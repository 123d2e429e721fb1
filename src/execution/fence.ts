import { RefusedError } from "../domain/errors.ts"
import type { Session, Statement } from "../postgres/session.ts"
import type { Attempt } from "./attempt.ts"
import type { Direction } from "./journal-rows.ts"
import type { JournaledRunState } from "./run-rows.ts"
import { demandUnderWay, isUnderWay, runEnded } from "./under-way.ts"
import type { MeantRun } from "./whose-run.ts"

/** The right of one attempt to write for a run, until a later attempt claims a newer epoch. */
export interface Claim {
  readonly run: string
  readonly epoch: number
}

/** How far the scheduler's clocks may differ, in milliseconds, before an attempt counts as older than another. */
const clockTolerance = 1_000

/** In SQL: the latest time that can be a scheduler's, whose clock may be a little ahead of the server's. */
const latestTime = `((extract(epoch FROM clock_timestamp()) * 1000)::bigint + ${clockTolerance})`

/**
 * Claims the run's next epoch; from then on every older attempt is refused. One statement that commits by itself, so
 * that a worker that freezes here holds no lock. Throws RefusedError FENCED for an attempt that was overtaken already,
 * RUN_ENDED for a run that isn't under way, RUN_NOT_IN_TARGET or RUN_NAME_TAKEN for one that the target doesn't have.
 */
export async function claimEpoch(
  session: Session,
  request: MeantRun & { step: string; direction: Direction; attempt: Attempt },
): Promise<Claim> {
  const { run, step, direction, attempt } = request
  await demandUnderWay(session, request)
  const [row] = await session.query<{ epoch: number }>(
    // Nothing that lies in the future: where the scheduler's clock ran ahead and was set right, nobody could claim any more.
    `INSERT INTO sluice.fence AS fence (run, epoch, owner, scheduled_at)
     VALUES ($1, 1, $2, least($3::bigint, ${latestTime}))
     ON CONFLICT (run) DO UPDATE
        SET epoch = fence.epoch + 1,
            owner = excluded.owner,
            scheduled_at = greatest(least(fence.scheduled_at, ${latestTime}), excluded.scheduled_at),
            claimed_at = clock_timestamp()
      WHERE $3::bigint = 0 OR $3::bigint >= least(fence.scheduled_at, ${latestTime}) - $4::bigint
     RETURNING epoch::float8 AS epoch`,
    [run, `${direction}/${step}`, attempt.scheduledAt ?? 0, clockTolerance],
  )
  if (!row) throw fenced(run)
  return { run, epoch: row.epoch }
}

/** The newest epoch that was claimed for a run; 0 before the first. Takes no lock. */
export async function currentEpoch(session: Session, run: string): Promise<number> {
  const [row] = await session.query<{ epoch: number }>(
    "SELECT epoch::float8 AS epoch FROM sluice.fence WHERE run = $1",
    [run],
  )
  return row?.epoch ?? 0
}

/**
 * The first statement of every transaction that writes for a run: proves that the claim is the newest and the run not
 * over, and holds the row so that nobody can claim before this transaction has ended; a run ends under a claim of its
 * own. Throws RefusedError FENCED or RUN_ENDED.
 */
export async function checkFence(session: Session, claim: Claim): Promise<void> {
  const { text, values } = fenceQuestion(claim)
  demandHeld(claim, await session.query<FenceRow>(text, values))
}

/** The state of a run whose fence is held; no row where it isn't. */
export interface FenceRow {
  readonly state: JournaledRunState | null
}

/** What `checkFence` asks, for a transaction that sends more along with it; `demandHeld` judges the answer. */
export function fenceQuestion(claim: Claim): Statement {
  return {
    text: `SELECT run.state
       FROM sluice.fence LEFT JOIN sluice.run USING (run)
      WHERE fence.run = $1 AND fence.epoch = $2
        FOR SHARE OF fence`,
    values: [claim.run, claim.epoch],
    isKept: true,
  }
}

/** Throws RefusedError FENCED or RUN_ENDED; then nothing of the transaction may be committed. */
export function demandHeld(claim: Claim, [held]: readonly FenceRow[]): void {
  if (!held) throw fenced(claim.run)
  if (!isUnderWay(held.state)) throw runEnded(claim.run, held.state)
}

function fenced(run: string): RefusedError {
  return new RefusedError({
    code: "FENCED",
    subject: run,
    message: `a later attempt has taken over run ${run}; this one may not write any more`,
    hint: "Nothing to do: the later attempt goes on.",
  })
}
