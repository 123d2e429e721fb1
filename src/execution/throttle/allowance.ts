/** What may be written at once after a quiet while, and what is owed at most after a burst, in seconds at the limit. */
const [savedSeconds, owedSeconds] = [5, 30]
/** Once overdrawn, it counts so until this share of what may be saved is there again. */
const wellAt = 0.2

/**
 * An allowance of bytes that grows with time. What is taken beyond it is owed and has to be waited for: on average no
 * more is taken than the limit allows, however much faster it goes between two looks. A burst of somebody else's is
 * owed for half a minute and no longer.
 */
export class Allowance {
  #last: { readonly at: number; readonly position: number } | null = null
  #balance: number | null = null
  #isOverdrawn = false

  /** Bytes owed at the time `at` (milliseconds), with `position` bytes written in all; 0: nothing is. */
  owed(at: number, position: number, bytesPerSecond: number): number {
    const most = savedSeconds * bytesPerSecond
    const since = this.#last ?? { at, position }
    this.#last = { at, position }
    const saved = (this.#balance ?? most) + ((at - since.at) * bytesPerSecond) / 1_000
    this.#balance = Math.max(Math.min(saved, most) - (position - since.position), -owedSeconds * bytesPerSecond)
    this.#isOverdrawn = this.#balance < (this.#isOverdrawn ? wellAt * most : 0)
    return this.#isOverdrawn ? wellAt * most - this.#balance : 0
  }
}
