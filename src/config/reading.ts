import { isAlias, isScalar, LineCounter, parseDocument, type Document, type Node } from "yaml"
import type { Finding } from "../domain/finding.ts"
import type { Secret } from "./config.ts"
import { maskVariables, type MaskedText } from "./variables.ts"

/** One value in the file together with where it stands, so that every mistake can name its line. */
export interface Field {
  /** As a person would say it: `targets.shop.limits.lockTimeout`. */
  readonly path: string
  readonly node: Node | null
  readonly line: number
}

/** A file that is being read: its document, its variables, and the mistakes found so far. */
export class Reading {
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  readonly mistakes: Finding[] = []
  /** The files that secrets were read from, by their absolute paths, with what they held. */
  readonly secretFiles: Record<string, Secret> = {}
  readonly root: Field
  readonly masked: MaskedText
  readonly #lines = new LineCounter()
  readonly #document: Document

  constructor(file: string, text: string, env: NodeJS.ProcessEnv) {
    this.file = file
    this.env = env
    // `${NAME}` is masked before YAML sees it: braces are syntax in `{url: ${NAME}}`, and a variable's value is data
    // that must never be parsed as YAML.
    this.masked = maskVariables(text)
    this.#document = parseDocument(this.masked.text, { lineCounter: this.#lines, prettyErrors: false })
    for (const problem of this.#document.errors)
      this.mistake("CONFIG_SYNTAX", this.#lineAt(problem.pos[0]), "sluice.yaml", problem.message)
    const contents = this.#document.contents
    this.root = { path: "", node: contents, line: this.lineOf(contents, 1) }
  }

  mistake(code: string, line: number, subject: string, message: string, hint?: string): void {
    const finding: Finding = { code, severity: "error", subject, message, file: this.file, line }
    this.mistakes.push(hint === undefined ? finding : { ...finding, hint })
  }

  /** Follows an alias (`*defaults`) to what it stands for. */
  resolve(node: unknown): Node | null {
    if (isAlias(node)) return node.resolve(this.#document) ?? null
    return (node as Node | null | undefined) ?? null
  }

  lineOf(node: unknown, otherwise: number): number {
    const range = (node as Node | null | undefined)?.range
    return range ? this.#lineAt(range[0]) : otherwise
  }

  #lineAt(offset: number): number {
    return Math.max(1, this.#lines.linePos(offset).line)
  }
}

/** True where the value is absent: no key, or a key with nothing behind it. */
export function isEmpty(field: Field | undefined): boolean {
  return field === undefined || field.node === null || (isScalar(field.node) && field.node.value === null)
}
