import type { Writable } from "node:stream"
import { lookOf, type Look } from "./render/look.ts"

/** The process as the command line sees it; a test hands in its own. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
}

/** Results to stdout, narration to stderr. With `--json`, stdout gets exactly one document and nothing else. */
export class Output {
  readonly json: boolean
  readonly look: Look
  readonly narrationLook: Look
  readonly #surroundings: Surroundings
  #documents = 0

  constructor(surroundings: Surroundings, json: boolean) {
    const { stdout, stderr, env } = surroundings
    this.json = json
    this.#surroundings = surroundings
    this.look = lookOf({ isTTY: stdout.isTTY === true && !json, columns: stdout.columns }, env)
    this.narrationLook = lookOf({ isTTY: stderr.isTTY === true, columns: stderr.columns }, env)
  }

  /** The verb's answer: the document for machines, or what `render` makes of it for people. */
  result(document: unknown, render: (look: Look) => string): void {
    if (!this.json) this.text(render(this.look))
    else if (this.#documents++ === 0) this.#surroundings.stdout.write(`${JSON.stringify(document)}\n`)
    else throw new Error("a second document was to be printed")
  }

  /** Text for people on stdout. */
  text(text: string): void {
    this.#surroundings.stdout.write(`${text}\n`)
  }

  /** Says what is going on. Never part of the result. */
  narrate(text: string): void {
    this.#surroundings.stderr.write(`${text}\n`)
  }

  get hasAnswered(): boolean {
    return this.#documents > 0
  }

  /** True where a person can be asked: both ends are a terminal and no machine reads the answer. */
  get canAsk(): boolean {
    return !this.json && this.#surroundings.stdin.isTTY === true && this.#surroundings.stderr.isTTY === true
  }
}
