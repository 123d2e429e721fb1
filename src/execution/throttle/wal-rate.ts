import { formatByteSize } from "../../domain/byte-size.ts"
import { readPosition } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"
import { blind, busy, clear, type Reading, type ThrottleSettings, type ThrottleSource, type Unseen } from "./source.ts"
import { Threshold } from "./threshold.ts"

const windowMs = 5_000

/** Rests while the server, whoever makes it do so, writes its log faster than replicas, archive and disks should bear. */
export class WalRate implements ThrottleSource {
  readonly name = "WAL rate"
  readonly #threshold = new Threshold(0.8)
  #samples: { readonly at: number; readonly position: number }[] = []

  isOn({ maxWalBytesPerSecond }: Pick<ThrottleSettings, "maxWalBytesPerSecond">): boolean {
    return maxWalBytesPerSecond !== null
  }

  async sight(session: Session): Promise<Unseen | null> {
    const position = await readPosition(session)
    return position.readable ? null : { code: "THROTTLE_UNSEEN", ...position }
  }

  async read(session: Session, { maxWalBytesPerSecond }: ThrottleSettings): Promise<Reading> {
    const position = await readPosition(session)
    if (!position.readable) return blind(position.reason)
    const rate = this.#add(Date.now(), position.value)
    if (maxWalBytesPerSecond === null || !this.#threshold.isPassedBy(rate, maxWalBytesPerSecond)) return clear
    const limit = formatByteSize(maxWalBytesPerSecond)
    return busy(`${formatByteSize(rate)}/s in the last ${windowMs / 1_000}s (limit ${limit}/s, maxWalRate)`)
  }

  async forget(): Promise<void> {
    this.#samples = []
    this.#threshold.forget()
  }

  /** Bytes a second over the window. What lies before our first look counts as nothing: a burst is not a rate. */
  #add(at: number, position: number): number {
    this.#samples.push({ at, position })
    // The newest one that is older than the window stays: the window begins there.
    while ((this.#samples[1]?.at ?? at) <= at - windowMs) this.#samples.shift()
    const [first = { at, position }] = this.#samples
    return ((position - first.position) * 1_000) / Math.max(windowMs, at - first.at)
  }
}
