import type { Cursor } from "./cursors.ts"

/** The ranges that still have rows ahead of them, and are in no worker's hands. */
export class RangeQueue {
  readonly #open: Cursor[]

  constructor(cursors: readonly Cursor[]) {
    this.#open = cursors.filter((cursor) => !cursor.isFinished)
  }

  get length(): number {
    return this.#open.length
  }

  take(): Cursor | null {
    return this.#open.shift() ?? null
  }

  /** Comes next, so that a range once begun is finished soon. */
  giveBack(cursor: Cursor): void {
    this.#open.unshift(cursor)
  }
}
