import type { Session } from "../../postgres/session.ts"
import { rest } from "../rest.ts"

/**
 * Weight of the newest look in the moving average: somebody who comes is felt at once, and one who does little at a time
 * isn't forgotten between two looks, so that the pace doesn't swing between resting and none.
 */
const [rising, falling] = [0.3, 0.07]
/** This many transactions of others at an average look, and the server counts as used. */
const used = 0.06
/** Before the first batch nothing is known: so many looks, so many milliseconds apart. */
const [firstLooks, apartMs] = [5, 10]
/** So many transactions that wrote in that time, and somebody is at work whom none of the looks has met. */
const firstWrites = 5

/**
 * Whether others are at work on the server: what they need of its processors, a backfill should leave to them. Told by
 * transactions that are open and were not at the last look, so that a forgotten one counts once. pg_locks shows them to
 * every role, as locks on virtual transaction ids; of what pg_stat_activity knows of others an ordinary one sees whose
 * they are, and what they call themselves: Sluice's own don't count, also those of its control database.
 */
export class Neighbours {
  #known = new Set<string>()
  #average = 0

  get areAtWork(): boolean {
    return this.#average >= used
  }

  /**
   * Looks several times at once, before the first batch, and counts what was written in between: short transactions, a
   * hundred a second, are open for a hundredth of the time, and a backfill at full speed takes all of it meanwhile.
   */
  async settle(session: Session, signal: AbortSignal): Promise<void> {
    const seen: number[] = []
    const before = await nextTransaction(session)
    await this.#count(session, [])
    for (let look = 0; look < firstLooks; look += 1) {
      await rest(apartMs, signal)
      seen.push(await this.#count(session, []))
    }
    const writes = (await nextTransaction(session)) - before
    const average = seen.reduce((sum, count) => sum + count, 0) / firstLooks
    this.#average = Math.max(average, writes >= firstWrites ? rising : 0)
  }

  /** `ours`: the sessions that fill rows. */
  async look(session: Session, ours: readonly number[]): Promise<void> {
    const count = await this.#count(session, ours)
    const alpha = count > this.#average ? rising : falling
    this.#average = alpha * count + (1 - alpha) * this.#average
  }

  async #count(session: Session, ours: readonly number[]): Promise<number> {
    const rows = await session.query<{ id: string }>(
      `SELECT l.virtualxid AS id
         FROM pg_locks AS l
         JOIN pg_stat_activity AS a USING (pid)
        WHERE l.locktype = 'virtualxid'
          AND l.granted
          AND l.pid <> pg_backend_pid()
          AND l.pid <> ALL ($1::integer[])
          AND a.usesysid IS NOT NULL  -- null: the server's own, such as autovacuum's
          AND a.application_name NOT LIKE 'sluice%'`,
      [ours],
    )
    const fresh = rows.filter(({ id }) => !this.#known.has(id)).length
    this.#known = new Set(rows.map(({ id }) => id))
    return fresh
  }
}

/** The number that the server gives to the next transaction that writes, whoever's. */
async function nextTransaction(session: Session): Promise<number> {
  const [row] = await session.query<{ next: number }>(
    "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS next",
  )
  return row?.next ?? 0
}
