import { rest } from "../rest.ts"

const lookEveryMs = 25
/** When nobody has looked at the throttle's sources for so long, we are blind: rest. */
const staleAfterMs = 10_000
/** After one batch that took far too long, nobody is helped by a rest of minutes. */
const longestBreathMs = 5_000

/** While others are at work, a batch takes this part of what it may take: in longer ones requests queue for a processor. */
const gentle = 0.1

/** What the supervisor tells the workers: whether to rest, how many may work, how long a batch should take. */
export class Pace {
  parallelRanges = 1
  batchDurationMs = 50
  /** How long to rest after a batch, in times of what it took: so much is left to others. */
  restRatio = 0
  /** The sessions that fill rows at the moment, and how many rows each takes at once. */
  readonly batches = new Map<number, number>()
  readonly #cut = new Set<number>()
  /** Settles once the last batch that was let in is over. */
  #last: Promise<unknown> = Promise.resolve()
  /** Until when the server is left to others, by `performance.now()`. */
  #restUntil = 0
  #restingBecause: string | null = null
  #updatedAt = 0

  /** Why nothing is filled at the moment; null: nothing stands against it. */
  get restingBecause(): string | null {
    if (this.#restingBecause !== null) return this.#restingBecause
    return Date.now() - this.#updatedAt > staleAfterMs ? "the throttle's sources can't be read" : null
  }

  /** How long the next batch should take, in milliseconds. */
  get batchMs(): number {
    return this.restRatio > 0 ? this.batchDurationMs * gentle : this.batchDurationMs
  }

  update(restingBecause: string | null): void {
    this.#restingBecause = restingBecause
    this.#updatedAt = Date.now()
  }

  /** The session's batch is being broken off, for the sake of others. */
  cut(pid: number): void {
    this.#cut.add(pid)
  }

  /** True once after each cut: what failed then failed for that reason. */
  wasCut(pid: number): boolean {
    return this.#cut.delete(pid)
  }

  /**
   * Stands back between two tries of a batch that gets its locks from nobody: for so many milliseconds, and for as long
   * as something stands against the next batch. Answers how long the latter took.
   */
  async standBack(milliseconds: number, signal: AbortSignal): Promise<number> {
    await rest(milliseconds, signal)
    const from = Date.now()
    await this.#untilNothingStandsAgainst(signal)
    return Date.now() - from
  }

  /**
   * Runs a batch: while others are at work, after those of the other ranges and not beside them, and with a rest between
   * any two. On a server with few processors two at once would leave them none, however long both rested afterwards.
   */
  async inTurn<T>(batch: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.restRatio === 0) return batch()
    const mine = this.#last.then(() => this.#afterRest(batch, signal))
    this.#last = mine.catch(() => {})
    return mine
  }

  async #afterRest<T>(batch: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await rest(Math.max(0, this.#restUntil - performance.now()), signal)
    // Somebody may have paused the run meanwhile.
    await this.#untilNothingStandsAgainst(signal)
    const startedAt = performance.now()
    try {
      return await batch()
    } finally {
      const now = performance.now()
      this.#restUntil = now + Math.min((now - startedAt) * this.restRatio, longestBreathMs)
    }
  }

  async #untilNothingStandsAgainst(signal: AbortSignal): Promise<void> {
    while (this.restingBecause !== null) await rest(lookEveryMs, signal)
  }

  /** Waits until nothing stands against the next batch of worker number `worker` (from 0), or it should stop. */
  async turn(worker: number, signal: AbortSignal): Promise<"work" | "stop"> {
    for (;;) {
      signal.throwIfAborted()
      if (worker >= this.parallelRanges) return "stop"
      if (this.restingBecause === null) return "work"
      await rest(lookEveryMs, signal)
    }
  }
}
