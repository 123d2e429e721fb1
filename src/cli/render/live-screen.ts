import type { Writable } from "node:stream"

/** A block of lines on a terminal that is drawn over and over in its place. */
export class LiveScreen {
  readonly #out: Writable
  #lines = 0

  constructor(out: Writable) {
    this.#out = out
  }

  /** Draws the text over the last one. Every line is cleared to its end, so that nothing shines through or flickers. */
  show(text: string): void {
    const lines = text.split("\n")
    const up = this.#lines === 0 ? "" : `\u001B[${this.#lines}A`
    this.#out.write(`${up}${lines.map((line) => `${line}\u001B[K\n`).join("")}\u001B[J`)
    this.#lines = lines.length
  }

  /** Leaves what was drawn last where it is. */
  done(): void {
    this.#lines = 0
  }
}
