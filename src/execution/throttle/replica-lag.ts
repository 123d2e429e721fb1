import type { Session } from "../../postgres/session.ts"
import { LagTracker } from "./lag-tracker.ts"
import { clear, type Reading, type ThrottleSource } from "./source.ts"

interface Standby {
  readonly name: string
  /** Bytes of the log that it has replayed. */
  readonly replayed: number
}

/** True where the role sees other roles' rows of pg_stat_replication in full. */
export async function canSeeReplication(session: Session): Promise<boolean> {
  const [row] = await session.query<{ sees: boolean }>("SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS sees")
  return row?.sees ?? false
}

/**
 * Rests while a replica or subscriber is further behind than allowed, until it has caught up to half of that. Time
 * is measured by our own memory of the log's position: the server's `replay_lag` stands still while a replica does.
 */
export class ReplicaLag implements ThrottleSource {
  readonly name = "replica lag"
  readonly #tracker = new LagTracker()
  readonly #known = new Set<string>()
  #isBusy = false

  async read(session: Session, { maxReplicaLagMs }: { readonly maxReplicaLagMs: number | null }): Promise<Reading> {
    if (maxReplicaLagMs === null) return this.#forget()
    if (!(await canSeeReplication(session))) return blind("the role may not read pg_stat_replication any more")
    const { standbys, position } = await look(session)
    const now = Date.now()
    this.#tracker.remember(now, position)
    const missing = [...this.#known].find((name) => !standbys.some((standby) => standby.name === name))
    for (const { name } of standbys) this.#known.add(name)
    if (missing !== undefined) return blind(`replica ${missing} isn't connected any more`)
    return this.#judge(standbys, now, maxReplicaLagMs)
  }

  #judge(standbys: readonly Standby[], now: number, allowedMs: number): Reading {
    let [worst, worstLag] = ["", 0]
    for (const { name, replayed } of standbys) {
      const lag = this.#tracker.lagOf(replayed, now)
      if (lag > worstLag) [worst, worstLag] = [name, lag]
    }
    this.#isBusy = worstLag > (this.#isBusy ? allowedMs / 2 : allowedMs)
    if (!this.#isBusy) return clear
    return { state: "busy", reason: `replica lag ${Math.ceil(worstLag / 1_000)} s (${worst})` }
  }

  /** An operator has switched it off; switched on again, it starts with the replicas of then. */
  #forget(): Reading {
    this.#known.clear()
    this.#isBusy = false
    return clear
  }
}

async function look(session: Session): Promise<{ readonly standbys: readonly Standby[]; readonly position: number }> {
  const [now] = await session.query<{ position: number }>("SELECT (pg_current_wal_lsn() - '0/0')::float8 AS position")
  // Helpers of a subscription's initial copy come and go; what reports no replay (a backup) can't lag.
  const standbys = await session.query<Standby>(`
    SELECT application_name || coalesce('@' || host(client_addr), '') AS name, (replay_lsn - '0/0')::float8 AS replayed
      FROM pg_stat_replication
     WHERE replay_lsn IS NOT NULL
       AND application_name !~ '^pg_[0-9]+_sync_'`)
  return { standbys, position: now?.position ?? 0 }
}

function blind(reason: string): Reading {
  return { state: "blind", reason }
}
