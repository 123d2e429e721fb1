import { formatByteSize } from "../../domain/byte-size.ts"
import { formatDuration } from "../../domain/duration.ts"
import { readReplication, type Replication, type Standby } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"
import { KnownReplicas } from "./known-replicas.ts"
import { LagTracker } from "./lag-tracker.ts"
import { blind, busy, clear, type Reading, type ThrottleSettings, type ThrottleSource, type Unseen } from "./source.ts"
import { Threshold } from "./threshold.ts"

/** Steps in which the log's position is remembered, as a share of the limit: lag is known as exactly as that. */
const resolution = 1 / 50
/**
 * A replica that is behind by more than this when we first look may be so for long: nobody knows since when. One that
 * keeps up is behind by less, because replicas report what they have replayed only now and then.
 */
const unclearBytes = 16 * 1024 ** 2

/**
 * Rests while a replica or subscriber is further behind than allowed, until it has caught up to half of that, and while
 * one that was seen isn't any more. Time is measured by our own memory of the log's position: the server's
 * `replay_lag` stands still while a replica does.
 */
export class ReplicaLag implements ThrottleSource {
  readonly name = "replica lag"
  readonly #tracker = new LagTracker()
  readonly #threshold = new Threshold(0.5)
  readonly #known: KnownReplicas

  constructor(run: string) {
    this.#known = new KnownReplicas(run)
  }

  isOn({ maxReplicaLagMs }: Pick<ThrottleSettings, "maxReplicaLagMs">): boolean {
    return maxReplicaLagMs !== null
  }

  async sight(session: Session): Promise<Unseen | null> {
    const replication = await readReplication(session)
    return replication.readable ? null : { code: "REPLICA_LAG_UNSEEN", ...replication }
  }

  async read(session: Session, { maxReplicaLagMs }: ThrottleSettings): Promise<Reading> {
    const replication = await readReplication(session)
    if (!replication.readable) return blind(replication.reason)
    const limit = maxReplicaLagMs ?? Infinity
    this.#tracker.remember(Date.now(), replication.value.position, limit * resolution)
    const missing = await this.#known.missing(session, replication.value.standbys)
    return missing === null ? this.#judge(replication.value, limit) : blind(missing)
  }

  async forget(session: Session): Promise<void> {
    this.#threshold.forget()
    await this.#known.forget(session)
  }

  #judge({ standbys, position }: Replication, limit: number): Reading {
    let [worst, worstLag]: [Standby | null, number] = [null, 0]
    for (const standby of standbys) {
      const lag = this.#lagOf(standby, position)
      if (lag > worstLag) [worst, worstLag] = [standby, lag]
    }
    if (!this.#threshold.isPassedBy(worstLag, limit) || worst === null) return clear
    const behind = Number.isFinite(worstLag)
      ? formatDuration(worstLag)
      : `${formatByteSize(position - (worst.replayed ?? 0))}, and since before this was looked at`
    return busy(`${worst.name} is behind by ${behind} (limit ${formatDuration(limit)}, maxReplicaLag)`)
  }

  /** In milliseconds. What replays nothing can't lag. */
  #lagOf({ replayed }: Standby, position: number): number {
    if (replayed === null) return 0
    if (!this.#tracker.reachesBackTo(replayed) && position - replayed > unclearBytes) return Infinity
    return this.#tracker.lagOf(replayed, Date.now())
  }
}
