import type { Backfill } from "../../domain/backfill.ts"
import { displayName } from "../../domain/relation.ts"
import type { BackfillProgress } from "../../domain/run.ts"
import type { Batch } from "./batch.ts"
import type { Cursor } from "./cursors.ts"
import type { Pace } from "./pace.ts"

const windowMs = 10_000

/** Counts rows that are filled and tells rate and remaining time from the last ten seconds. */
export class Meter {
  readonly #backfill: Pick<Backfill, "key" | "relation">
  #total = 0
  #done = 0
  #passed = 0
  #filled = 0
  #samples: { readonly at: number; readonly done: number }[] = []
  #pass = 1
  #isFinished = false

  constructor(backfill: Pick<Backfill, "key" | "relation">) {
    this.#backfill = backfill
  }

  /** Rows that batches have filled, earlier attempts included. */
  get filled(): number {
    return this.#filled
  }

  begin(cursors: readonly Cursor[], total: number): void {
    this.#total = total
    this.#done = cursors.reduce((sum, { rowsDone }) => sum + rowsDone, 0)
    this.#passed = this.#done
    this.#filled = cursors.reduce((sum, { rowsFilled }) => sum + rowsFilled, 0)
    this.#pass = cursors[0]?.pass ?? 1
  }

  add({ page, filled, done }: Pick<Batch, "page" | "filled" | "done">): void {
    if (this.#pass === 1) this.#passed += page.rows
    this.#done += done
    this.#filled += filled
  }

  /** The first pass has gone over every row: by key, what it has counted is the total. By place both are estimates. */
  endPass(): void {
    if (this.#pass === 1 && this.#backfill.key.length > 0) this.#total = this.#passed
    this.#pass += 1
  }

  /** No row is left: now, and not before, all of them count as done. */
  finish(): void {
    if (this.#backfill.key.length > 0) this.#total = Math.max(this.#total, this.#done)
    this.#done = this.#total
    this.#isFinished = true
  }

  /** How many rows there are; null where nobody has counted. */
  get total(): number | null {
    return this.#isFinished ? this.#total : null
  }

  /** What a heartbeat says. */
  peek(): { readonly rowsDone: number; readonly rowsFilled: number } {
    return { rowsDone: this.#done, rowsFilled: this.#filled }
  }

  read(now: number, { restingBecause, restRatio }: Pick<Pace, "restingBecause" | "restRatio">): BackfillProgress {
    const counted = this.#backfill.key.length > 0 ? this.#done : Math.min(this.#done, this.#total)
    // One more pass means that some row is left.
    const isLeft = this.#pass > 1 && !this.#isFinished
    const done = isLeft ? Math.min(counted, Math.max(0, this.#total - 1)) : counted
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
      throttledBy: restingBecause,
      restRatio: restRatio > 0 && !this.#isFinished ? restRatio : null,
    }
  }

  #rate(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (!first || !last || last.at === first.at) return 0
    return Math.round(((last.done - first.done) * 1_000) / (last.at - first.at))
  }
}
