import type { Limits } from "../../config/config.ts"
import type { Session } from "../../postgres/session.ts"
import type { Pace } from "./pace.ts"

/**
 * Breaks off every batch for which somebody has waited longer than we would, and for twice as long as it should last:
 * its rows are free at once, and the worker begins it again with half as many. A batch's size follows what those before
 * took: the first ones, and those that meet a slow disk or rows that are dear to compute, may take far too long. One of
 * a single row can't be smaller and is let be.
 */
export async function cutBatches(
  control: Session,
  pace: Pace,
  { lockTimeoutMs, batchDurationMs }: Pick<Limits, "lockTimeoutMs" | "batchDurationMs">,
): Promise<void> {
  const divisible = [...pace.batches].filter(([, rows]) => rows > 1).map(([pid]) => pid)
  if (divisible.length === 0) return
  const inTheWay = await control.query<{ pid: number }>(
    `SELECT DISTINCT ours.pid
       FROM pg_locks AS waiting, unnest(pg_blocking_pids(waiting.pid)) AS ours (pid)
      WHERE NOT waiting.granted
        AND waiting.waitstart < clock_timestamp() - make_interval(secs => $2::float8 / 1000)
        AND ours.pid = ANY ($1::integer[])`,
    [divisible, Math.max(lockTimeoutMs, 2 * batchDurationMs)],
  )
  for (const { pid } of inTheWay) {
    pace.cut(pid)
    await control.query("SELECT pg_cancel_backend($1)", [pid])
  }
}
