import { formatByteSize } from "../../domain/byte-size.ts"
import { formatDuration } from "../../domain/duration.ts"
import { readReplication, type Replication, type Standby } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"
import { CatchUp } from "./catch-up.ts"
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

/** In milliseconds: since when it hasn't replayed what was written, and how long it needs for what lies before it. */
interface Lag {
  readonly behind: number
  readonly needs: number
}

/**
 * Rests while a replica or subscriber is further behind than allowed, or will be once it has come to what was written
 * last, until it is at half of that; and while one that was seen isn't any more. Time is measured by our own memory of
 * the log's position: the server's `replay_lag` stands still while a replica does.
 */
export class ReplicaLag implements ThrottleSource {
  readonly name = "replica lag"
  readonly #tracker = new LagTracker()
  readonly #catchUps = new Map<string, CatchUp>()
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
    this.#catchUps.clear()
    await this.#known.forget(session)
  }

  #judge({ standbys, position }: Replication, limit: number): Reading {
    const lags = standbys.map((standby) => ({ standby, lag: this.#lagOf(standby, position) }))
    const [worst] = lags.toSorted((a, b) => total(b.lag) - total(a.lag))
    if (!this.#threshold.isPassedBy(worst ? total(worst.lag) : 0, limit) || !worst) return clear
    const { standby, lag } = worst
    return busy(`${standby.name} ${inWords(standby, lag, position)} (limit ${formatDuration(limit)}, maxReplicaLag)`)
  }

  #lagOf({ name, replayed }: Standby, position: number): Lag {
    // What replays nothing can't lag.
    if (replayed === null) return { behind: 0, needs: 0 }
    const isUnclear = !this.#tracker.reachesBackTo(replayed) && position - replayed > unclearBytes
    const catchUp = this.#catchUps.get(name) ?? new CatchUp()
    this.#catchUps.set(name, catchUp)
    const now = Date.now()
    return {
      behind: isUnclear ? Infinity : this.#tracker.lagOf(replayed, now),
      needs: catchUp.estimate(now, { replayed, position }),
    }
  }
}

function total({ behind, needs }: Lag): number {
  return Math.max(behind, needs)
}

function inWords({ replayed }: Standby, { behind, needs }: Lag, position: number): string {
  const bytes = formatByteSize(position - (replayed ?? 0))
  if (!Number.isFinite(behind)) return `is behind by ${bytes}, and since before this was looked at`
  const also = needs > behind ? `, and needs ${formatDuration(needs)} for the ${bytes} before it` : ""
  return `is behind by ${formatDuration(behind)}${also}`
}
