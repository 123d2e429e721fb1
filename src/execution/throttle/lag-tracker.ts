const longestMemory = 3_600

/** Remembers when the primary's log was where, to tell how far in time a position in it lies back. */
export class LagTracker {
  readonly #samples: { readonly at: number; readonly lsn: number }[] = []

  /** The log stood at `lsn` (bytes) at the time `at` (milliseconds). Finer steps than `resolutionMs` aren't kept. */
  remember(at: number, lsn: number, resolutionMs: number): void {
    const last = this.#samples.at(-1)
    if (last && (last.lsn === lsn || at - last.at < resolutionMs)) return
    this.#samples.push({ at, lsn })
    if (this.#samples.length > longestMemory) this.#samples.shift()
  }

  /** Milliseconds since the log went beyond `lsn`; at least so many where our memory doesn't reach back. */
  lagOf(lsn: number, now: number): number {
    const first = this.#samples.find((sample) => sample.lsn > lsn)
    return first ? now - first.at : 0
  }

  /** False where the log was beyond `lsn` already when we began to look. */
  reachesBackTo(lsn: number): boolean {
    const [first] = this.#samples
    return first !== undefined && first.lsn <= lsn
  }
}
