import type { KeyRange } from "./workload.ts"

/** The rows that one connection may touch: those it inserted, and its share of those that were there before. */
export class LaneKeys {
  readonly #inserted: string[] = []
  readonly #gone = new Set<string>()
  readonly #first: number
  readonly #step: number
  readonly #count: number
  readonly #random: () => number

  /** `lane` of `lanes`: neighbouring keys go to different connections, so that they meet in the same pages. */
  constructor(range: KeyRange | undefined, lane: number, lanes: number, random: () => number) {
    const { remainder, of } = range?.only ?? { remainder: 0, of: 1 }
    const start = range === undefined ? 0 : range.first + ((((remainder - range.first) % of) + of) % of)
    this.#first = start + lane * of
    this.#step = of * lanes
    this.#count = range === undefined ? 0 : Math.max(0, Math.floor((range.last - this.#first) / this.#step) + 1)
    this.#random = random
  }

  inserted(key: string): void {
    this.#inserted.push(key)
  }

  gone(key: string): void {
    this.#gone.add(key)
  }

  /** A row that should be there, or null where none is known. New rows come up as often as old ones. */
  pick(): string | null {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const key = this.#candidate()
      if (key !== null && !this.#gone.has(key)) return key
    }
    return null
  }

  #candidate(): string | null {
    const fromInserted = this.#inserted.length > 0 && (this.#count === 0 || this.#random() < 0.5)
    if (fromInserted) return this.#inserted[Math.floor(this.#random() * this.#inserted.length)] ?? null
    if (this.#count === 0) return null
    return String(this.#first + this.#step * Math.floor(this.#random() * this.#count))
  }
}

/** A small generator with a seed: runs can be repeated. Between 0 and 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
