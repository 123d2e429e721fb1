/** What is in flight to a replica that keeps up is less. */
const inFlightBytes = 1024 ** 2
/** Its speed is that of the last seconds, and can't be told from less than one. */
const [windowMs, leastMs] = [3_000, 1_000]

/**
 * Tells, from what a replica has replayed lately, how long it needs for what still lies before it. A slow one that is a
 * second behind may have so much before it that it will be ten seconds behind at its end, whatever stops now.
 */
export class CatchUp {
  #samples: { readonly at: number; readonly replayed: number }[] = []
  /** Bytes a millisecond while it had enough to do; remembered, so that the next burst is known for what it is. */
  #speed: number | null = null

  /** In milliseconds; 0 where it keeps up, or where it can't be told. Positions in bytes. */
  estimate(now: number, { replayed, position }: { readonly replayed: number; readonly position: number }): number {
    if (position - replayed <= inFlightBytes) {
      this.#samples = []
      return 0
    }
    this.#learn(now, replayed)
    return this.#speed === null ? 0 : (position - replayed) / this.#speed
  }

  #learn(at: number, replayed: number): void {
    const before = this.#samples.at(-1)
    this.#samples.push({ at, replayed })
    // The newest one that is older than the window stays: the window begins there.
    while ((this.#samples[1]?.at ?? at) <= at - windowMs) this.#samples.shift()
    const [first] = this.#samples
    if (first && at - first.at >= leastMs && replayed > first.replayed) {
      this.#speed = (replayed - first.replayed) / (at - first.at)
    } else if (before && this.#speed !== null && at > before.at) {
      // Faster than remembered shows at once.
      this.#speed = Math.max(this.#speed, (replayed - before.replayed) / (at - before.at))
    }
  }
}
