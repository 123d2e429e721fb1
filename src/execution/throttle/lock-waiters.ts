import type { Session } from "../../postgres/session.ts"
import { clear, type Reading, type ThrottleSettings, type ThrottleSource } from "./source.ts"

/** Rests while others wait for our locks for longer than a batch should last: what we hold is then released. */
export const lockWaiters: ThrottleSource = {
  name: "lock waiters",
  async read(session: Session, { pids, batchDurationMs }: ThrottleSettings): Promise<Reading> {
    if (pids.length === 0) return clear
    const [row] = await session.query<{ waiters: number }>(
      `SELECT count(DISTINCT pid)::integer AS waiters
         FROM pg_locks
        WHERE NOT granted
          AND waitstart < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
          AND pg_blocking_pids(pid) && $1::integer[]`,
      [pids, batchDurationMs],
    )
    const waiters = row?.waiters ?? 0
    return waiters === 0 ? clear : { state: "busy", reason: `${waiters} sessions wait for its locks` }
  },
}
