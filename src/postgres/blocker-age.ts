import type { Blocker } from "../domain/run.ts"
import type { Session } from "./session.ts"
import { sessionState } from "./sql/session-state.ts"

/**
 * What has become of sessions that were in the way a while ago, when nobody waits for them at the moment: those whose
 * transaction has ended are gone, the others have grown older. Prepared transactions (pid 0) are taken as they were.
 */
export async function ageBlockers(session: Session, blockers: readonly Blocker[]): Promise<readonly Blocker[]> {
  const rows = await session.query<{ pid: number; state: string | null; age: number | null }>(
    `SELECT a.pid, ${sessionState} AS state, (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS age
       FROM pg_stat_activity AS a
      WHERE a.pid = ANY ($1::int[])`,
    [blockers.map(({ pid }) => pid)],
  )
  return blockers.flatMap((blocker) => {
    if (blocker.pid === 0) return [blocker]
    const now = rows.find(({ pid }) => pid === blocker.pid)
    if (!now) return []
    // What our role may not see of others stays as it was.
    if (blocker.transactionMs === null) return [blocker]
    if (now.age === null || now.age < blocker.transactionMs) return []
    return [{ ...blocker, state: now.state, transactionMs: Math.round(now.age) }]
  })
}
