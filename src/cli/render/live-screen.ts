import type { Writable } from "node:stream"

/** Lines at the top that stay in view where not everything fits: who, and in which phase. */
const headLines = 3

/** A block of lines on a terminal that is drawn over and over in its place. */
export class LiveScreen {
  readonly #out: Writable & { readonly rows?: number }
  #lines = 0

  constructor(out: Writable & { readonly rows?: number }) {
    this.#out = out
  }

  /** Draws the text over the last one. Every line is cleared to its end, so that nothing shines through or flickers. */
  show(text: string): void {
    const lines = fitting(text.split("\n"), (this.#out.rows ?? 24) - 1)
    const up = this.#lines === 0 ? "" : `\u001B[${this.#lines}A`
    this.#out.write(`${up}${lines.map((line) => `${line}\u001B[K\n`).join("")}\u001B[J`)
    this.#lines = lines.length
  }

  /** Leaves what was drawn last where it is. */
  done(): void {
    this.#lines = 0
  }
}

/** What scrolled out at the top couldn't be drawn over, so the middle gives way: what goes on now stands at the end. */
export function fitting(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines
  const head = lines.slice(0, Math.min(headLines, room - 1))
  return [...head, "…", ...lines.slice(lines.length - Math.max(0, room - head.length - 1))]
}
