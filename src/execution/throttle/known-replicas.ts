import type { Standby } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"

interface Known {
  readonly name: string
  /** The slot that keeps its place, where it had one. */
  readonly slot: string | null
}

/**
 * The replicas that a run's backfills have seen replay, remembered in the target: a worker that takes over misses one
 * that went away before its time. A replica is known by its slot, else by its name.
 */
export class KnownReplicas {
  readonly #run: string
  #known: Map<string, Known> | null = null

  constructor(run: string) {
    this.#run = run
  }

  /**
   * Which of them isn't to be seen, in words, or null. `pg_stat_replication` tells three cases apart: listed without a
   * position (it connects, or has broken off); not listed, but its slot is still there or it never had one (it is away
   * and may come back: what we write meanwhile it has to catch up with); not listed, and its slot was dropped (somebody
   * has taken it out of service: it is forgotten).
   */
  async missing(session: Session, standbys: readonly Standby[]): Promise<string | null> {
    const known = (this.#known ??= await this.#load(session))
    for (const standby of standbys) {
      if (standby.replayed !== null && !known.has(keyOf(standby))) await this.#add(session, known, standby)
    }
    for (const [key, { name, slot }] of known) {
      const seen = standbys.find((standby) => (slot === null ? standby.name === name : standby.slot === slot))
      if (seen && seen.replayed !== null) continue
      if (seen) return `${name} is connected, but doesn't say how far it is`
      if (slot === null) return `${name} isn't connected any more; without it: maxReplicaLag=off`
      if (await slotExists(session, slot)) return `${name} isn't connected any more, its slot ${slot} waits for it`
      await this.#drop(session, known, key)
    }
    return null
  }

  /** Begins anew with those that are there when it is next asked. */
  async forget(session: Session): Promise<void> {
    this.#known = null
    await session.query("DELETE FROM sluice.replica WHERE run = $1", [this.#run])
  }

  async #load(session: Session): Promise<Map<string, Known>> {
    const rows = await session.query<Known>("SELECT name, slot FROM sluice.replica WHERE run = $1", [this.#run])
    return new Map(rows.map((row) => [keyOf(row), row]))
  }

  async #add(session: Session, known: Map<string, Known>, { name, slot }: Known): Promise<void> {
    const key = keyOf({ name, slot })
    known.set(key, { name, slot })
    await session.query(
      "INSERT INTO sluice.replica (run, key, name, slot) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
      [this.#run, key, name, slot],
    )
  }

  async #drop(session: Session, known: Map<string, Known>, key: string): Promise<void> {
    known.delete(key)
    await session.query("DELETE FROM sluice.replica WHERE run = $1 AND key = $2", [this.#run, key])
  }
}

function keyOf({ name, slot }: Known): string {
  return slot === null ? `name ${name}` : `slot ${slot}`
}

async function slotExists(session: Session, slot: string): Promise<boolean> {
  const rows = await session.query("SELECT FROM pg_replication_slots WHERE slot_name = $1", [slot])
  return rows.length > 0
}
