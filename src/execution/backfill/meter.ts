import type { Backfill } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { BackfillProgress } from "../../domain/run.ts"
import type { Cursor } from "./cursors.ts"

const windowMs = 10_000

/** Counts rows and tells rate and remaining time from the last ten seconds. */
export class Meter {
  readonly #backfill: Backfill
  #total = 0
  #done = 0
  #filled = 0
  #samples: { readonly at: number; readonly done: number }[] = []
  #pass = 1

  constructor(backfill: Backfill) {
    this.#backfill = backfill
  }

  /** Rows that batches have filled, earlier attempts included. */
  get filled(): number {
    return this.#filled
  }

  begin(cursors: readonly Cursor[], total: number): void {
    this.#total = total
    this.#done = cursors.reduce((sum, { rowsDone }) => sum + rowsDone, 0)
    this.#filled = cursors.reduce((sum, { rowsFilled }) => sum + rowsFilled, 0)
    this.#pass = cursors[0]?.pass ?? 1
  }

  add(passedOver: number, filled: number): void {
    if (this.#pass === 1) this.#done += passedOver
    this.#filled += filled
  }

  /** The first pass has gone over every row: by key, what it has counted is the total. By place both are estimates. */
  endPass(): void {
    this.#pass += 1
    if (this.#backfill.key.length > 0) this.#total = this.#done
    else this.#done = this.#total
  }

  /** What a heartbeat says. */
  peek(): { readonly rowsDone: number; readonly rowsFilled: number } {
    return { rowsDone: this.#done, rowsFilled: this.#filled }
  }

  read(now: number, throttledBy: string | null): BackfillProgress {
    const done = this.#backfill.key.length > 0 ? this.#done : Math.min(this.#done, this.#total)
    this.#samples.push({ at: now, done })
    this.#samples = this.#samples.filter(({ at }) => now - at <= windowMs)
    const rowsPerSecond = this.#rate()
    const rowsTotal = Math.max(this.#total, done)
    return {
      table: displayName(this.#backfill.relation),
      rowsDone: done,
      rowsTotal,
      rowsPerSecond,
      etaSeconds: rowsPerSecond === 0 ? null : Math.ceil((rowsTotal - done) / rowsPerSecond),
      throttledBy,
    }
  }

  #rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.at === first.at) return 0
    return Math.round(((last.done - first.done) * 1_000) / (last.at - first.at))
  }
}
