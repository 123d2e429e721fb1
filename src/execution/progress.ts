import type { BackfillProgress } from "../domain/run.ts"
import type { Session } from "../postgres/session.ts"
import { readKnobs } from "./knobs.ts"

interface Counted {
  readonly table: string
  readonly rowsDone: number
  readonly rowsTotal: number
  readonly elapsedMs: number
  readonly isFinished: boolean
}

/**
 * How far the run's newest backfill is, straight from its cursors in the target: needs neither worker nor Temporal. The
 * rate is the average since it began. `null`: no backfill has begun.
 */
export async function readProgress(session: Session, run: string): Promise<BackfillProgress | null> {
  const [counted] = await session.query<Counted>(
    `SELECT b.relation AS table, b.rows_total::float8 AS "rowsTotal",
            CASE WHEN bool_or(j.ended) THEN b.rows_total
                 WHEN b.by_key THEN coalesce(sum(c.rows_done), 0)
                 ELSE least(b.rows_total, coalesce(sum(c.rows_done), 0)) END::float8 AS "rowsDone",
            coalesce(extract(epoch FROM max(c.updated_at) - b.started_at) * 1000, 0)::float8 AS "elapsedMs",
            bool_or(j.ended) AS "isFinished"
       FROM sluice.backfill AS b
       LEFT JOIN sluice.cursor AS c USING (run, step)
      -- That every range is through says little: rows that others hold are filled by another pass.
      CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM sluice.journal AS j WHERE j.run = b.run AND j.step = b.step)) AS j (ended)
      WHERE b.run = $1
      GROUP BY b.run, b.step
      ORDER BY b.started_at DESC
      LIMIT 1`,
    [run],
  )
  if (!counted) return null
  const { paused = false } = await readKnobs(session, run)
  return asProgress(counted, paused)
}

function asProgress({ table, rowsDone, rowsTotal, elapsedMs, isFinished }: Counted, paused: boolean): BackfillProgress {
  const rowsPerSecond = elapsedMs > 0 ? Math.round((rowsDone * 1_000) / elapsedMs) : 0
  const total = isFinished ? rowsDone : Math.max(rowsTotal, rowsDone)
  return {
    table,
    rowsDone,
    rowsTotal: total,
    rowsPerSecond,
    etaSeconds: rowsPerSecond === 0 ? null : Math.ceil((total - rowsDone) / rowsPerSecond),
    throttledBy: paused && !isFinished ? "paused" : null,
  }
}
