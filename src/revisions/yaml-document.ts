import { LineCounter, isMap, isScalar, isSeq, parseAllDocuments } from "yaml"
import type { Document, Node } from "yaml"
import type { Finding } from "../domain/finding.ts"

/** A YAML file as plain data, and the way from a place in the data to a line of the file. */
export interface YamlDocument {
  readonly value: unknown
  readonly findings: readonly Finding[]
  /** The line of the key, or of the list's item, at a path; of the nearest place above where the path ends early. */
  line(path: readonly PropertyKey[]): number
  /** The line on which the text of a scalar begins: of a block (`|`) the one after its head. */
  textLine(path: readonly PropertyKey[]): number
}

export function readYaml(file: string, text: string): YamlDocument {
  const lines = new LineCounter()
  const parsed = parseAllDocuments(text.replace(/^\uFEFF/, ""), { lineCounter: lines, prettyErrors: false })
  const documents = "empty" in parsed ? [] : parsed
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  const findings: Finding[] = []
  const report = (message: string, offset: number): void => {
    findings.push({ code: "REVISION_SYNTAX", severity: "error", subject: file, message, file, line: lineOf(offset) })
  }
  for (const document of documents)
    // Warnings count too: an unknown tag means that the value isn't what its author thinks.
    for (const problem of [...document.errors, ...document.warnings]) report(problem.message, problem.pos[0])
  const [document, second] = documents
  if (second) report("The file holds several documents; a revision is one", second.range[0])
  if (!document || document.contents === null) report("The file is empty", 0)
  let value: unknown = null
  try {
    if (document && findings.length === 0) value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    report(error instanceof Error ? error.message : "The aliases can't be resolved", 0)
  }
  return {
    value,
    findings,
    line: (path) => (document ? lineOf(offsetOf(document, path)) : 1),
    textLine: (path) => {
      const node = document?.getIn(path, true)
      if (!isScalar(node)) return 1
      const isBlock = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED"
      return lineOf(node.range?.[0] ?? 0) + (isBlock ? 1 : 0)
    },
  }
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  let node: Node | null = document.contents
  let offset = node?.range?.[0] ?? 0
  for (const part of path) {
    let child: unknown = null
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      if (!pair) break
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      child = pair.value
    } else if (isSeq(node)) {
      child = node.items[Number(part)]
      if (child === undefined) break
    }
    node = isMap(child) || isSeq(child) || isScalar(child) ? child : null
    // A pair is pointed at by its key, a list's item by itself.
    if (node && typeof part === "number") offset = node.range?.[0] ?? offset
  }
  return offset
}
