import { formatDuration } from "../../domain/duration.ts"
import type { Session } from "../../postgres/session.ts"
import { busy, clear, type Reading, type ThrottleSettings, type ThrottleSource } from "./source.ts"

/**
 * Rests once somebody has waited for a lock of ours for longer than a batch should last, until nobody waits for us any
 * more: what we hold is then released, and who queued up gets through.
 */
export class LockWaiters implements ThrottleSource {
  readonly name = "lock waiters"
  #isBusy = false

  isOn(): boolean {
    return true
  }

  async sight(): Promise<null> {
    return null
  }

  async read(session: Session, { pids, batchDurationMs }: ThrottleSettings): Promise<Reading> {
    const [row] = await session.query<{ waiters: number; longestMs: number }>(
      `SELECT count(DISTINCT pid)::integer AS waiters,
              coalesce(extract(epoch FROM max(clock_timestamp() - waitstart)) * 1000, 0)::float8 AS "longestMs"
         FROM pg_locks
        WHERE NOT granted
          AND waitstart < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
          AND pg_blocking_pids(pid) && $1::integer[]`,
      [pids, this.#isBusy ? 0 : batchDurationMs],
    )
    const { waiters = 0, longestMs = 0 } = row ?? {}
    this.#isBusy = waiters > 0
    if (!this.#isBusy) return clear
    const who = waiters === 1 ? "a session waits for a row of ours" : `${waiters} sessions wait for rows of ours`
    return busy(`${who}, for ${formatDuration(longestMs)} (limit ${formatDuration(batchDurationMs)}, batchDuration)`)
  }
}
