import { autovacuum, type Blocker } from "../domain/run.ts"
import type { RelationName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"
import { join, qualified, sql } from "../sql/sql.ts"
import { isLockFailure } from "./lock-not-gained.ts"
import { findLockable } from "./lock-relations.ts"

/** A server on which waiting for a vacuum to make way takes longer than this is one that means it. */
const longestWaitMs = 10_000
/** For the server to end the vacuum once it has noticed us. */
const graceMs = 1_000

/** True where a vacuum of the server's own is in the way that makes way for those who wait. */
export function canYield(blockers: readonly Blocker[]): boolean {
  return blockers.some(({ state }) => state === autovacuum)
}

/**
 * Has autovacuum make way. PostgreSQL ends it for whoever has waited for deadlock_timeout, a second by default: longer
 * than a try of ours waits, because applications queue behind it; so a vacuum of a large table would be in the way of
 * every try, for hours. Here the wait is for SHARE UPDATE EXCLUSIVE, which autovacuum holds itself and which is in no
 * reader's and no writer's way. Nothing is kept: the next try comes at once, and the next vacuum in a minute or so.
 */
export async function haveAutovacuumYield(session: Session, relations: readonly RelationName[]): Promise<void> {
  try {
    await session.transaction(async () => {
      const [row] = await session.query<{ ms: number }>(
        "SELECT (extract(epoch FROM current_setting('deadlock_timeout')::interval) * 1000)::integer AS ms",
      )
      const waitMs = (row?.ms ?? 0) + graceMs
      const lockable = waitMs > longestWaitMs ? [] : await findLockable(session, relations)
      if (lockable.length === 0) return
      await session.query(`SET LOCAL lock_timeout = ${waitMs}`)
      await session.query(sql`LOCK TABLE ${join(lockable.map(qualified))} IN SHARE UPDATE EXCLUSIVE MODE`)
    })
  } catch (error) {
    // Somebody else is in the way as well: the next try says who.
    if (!isLockFailure(error)) throw error
  }
}
