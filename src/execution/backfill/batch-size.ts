const first = 500
const largest = 100_000
/** What is learned goes no lower: beyond this a batch consists of round trips, and smaller ones would not be shorter. */
const smallestLearned = 100
/** Weight of the newest batch in the moving average. */
const alpha = 0.4
/** A batch is at most this many times as large as the one before. */
const growth = 2

/** Chooses how many rows the next batch takes, so that it lasts about as long as it should. */
export class BatchSize {
  #rowsPerMs: number | null = null
  #size = first

  get rows(): number {
    return this.#size
  }

  /** A batch of `rows` took `tookMs`; the next should take `targetMs`. */
  learn(rows: number, tookMs: number, targetMs: number): void {
    if (rows === 0) return
    const rate = rows / Math.max(tookMs, 0.1)
    this.#rowsPerMs = this.#rowsPerMs === null ? rate : alpha * rate + (1 - alpha) * this.#rowsPerMs
    this.#size = clamp(Math.min(Math.max(this.#rowsPerMs * targetMs, smallestLearned), this.#size * growth))
  }

  /** A batch failed or took far too long: half as many the next time. Forgets the rate, which no longer holds. */
  shrink(): void {
    this.#rowsPerMs = null
    this.#size = clamp(this.#size / 2)
  }
}

function clamp(rows: number): number {
  return Math.round(Math.min(largest, Math.max(1, rows)))
}
