import { parseTree, scanTokens } from "./engine.ts"
import type { Token } from "./engine.ts"
import { ident, trusted } from "./sql.ts"
import type { Sql } from "./sql.ts"
import { fieldsOf, listOf, stringsOf, walk } from "./tree.ts"

/** The new name of a column; the same name where it keeps it. */
export type Renaming = (column: string) => string

/** A piece of text to be replaced. Bytes. */
interface Replacement {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * A definition that PostgreSQL printed, about other columns: `pg_get_constraintdef` of a check, foreign key or unique
 * constraint. Columns are found by the parser and the scanner, never by looking for their letters.
 */
export function rebindConstraint(definition: string, renaming: Renaming): Sql {
  const before = "ALTER TABLE t ADD CONSTRAINT c "
  const text = before + definition
  const [tree] = parseTree(text)
  const tokens = scanTokens(text)
  const replacements = [...inExpressions(tree?.node, tokens, renaming)]
  // Of a key's list the tree has names without places: it is the first list of the definition.
  if (/^(?:UNIQUE|PRIMARY KEY|FOREIGN KEY)\b/.test(definition)) {
    replacements.push(...inList(tokens, before.length, () => true, renaming))
    const rest = endOfList(tokens, before.length)
    const include = tokens.find(({ start }) => start >= rest)
    if (include?.text.toLowerCase() === "include") replacements.push(...inList(tokens, rest, () => true, renaming))
  }
  return trusted(replaced(text, replacements).slice(before.length))
}

/** An index as `pg_get_indexdef` prints it, under another name and about other columns. */
export function rebindIndex(definition: string, name: string, renaming: Renaming): Sql {
  const [tree] = parseTree(definition)
  const tokens = scanTokens(definition)
  const fields = fieldsOf(tree?.node, "IndexStmt") ?? {}
  const isPlain = (elements: unknown) => (at: number) =>
    typeof fieldsOf(listOf(elements)[at], "IndexElem")?.["name"] === "string"
  const using = after(tokens, "using", 0)
  const keyEnd = endOfList(tokens, using)
  const include = tokens.find(({ start, text }) => start >= keyEnd && text.toLowerCase() === "include")
  const replacements = [
    named(tokens, name),
    ...inExpressions(tree?.node, tokens, renaming),
    ...inList(tokens, using, isPlain(fields["indexParams"]), renaming),
    ...(include ? inList(tokens, include.end, isPlain(fields["indexIncludingParams"]), renaming) : []),
  ]
  // Accepted text with names replaced by names.
  return trusted(replaced(definition, replacements))
}

/** The index's own name: the token after INDEX. */
function named(tokens: readonly Token[], name: string): Replacement {
  const at = tokens.findIndex(({ text }) => text.toLowerCase() === "index")
  const token = tokens[at + 1] ?? { start: 0, end: 0 }
  return { start: token.start, end: token.end, text: ident(name) }
}

function inExpressions(node: unknown, tokens: readonly Token[], renaming: Renaming): readonly Replacement[] {
  const found: Replacement[] = []
  walk(node, (kind, fields) => {
    const location = fields["location"]
    const parts = stringsOf(fields["fields"])
    const [column] = parts
    if (kind !== "ColumnRef" || parts.length !== 1 || column === undefined) return
    // A location of 0 is left out of the tree.
    const start = typeof location === "number" ? location : 0
    const token = tokens.find((candidate) => candidate.start === start)
    if (token && renaming(column) !== column) found.push({ start, end: token.end, text: ident(renaming(column)) })
  })
  return found
}

/** Names that begin an element of the first list in parentheses from `from` on. */
function inList(
  tokens: readonly Token[],
  from: number,
  isPlain: (element: number) => boolean,
  renaming: Renaming,
): readonly Replacement[] {
  const found: Replacement[] = []
  let [depth, element, begins] = [0, 0, false]
  for (const token of tokens.filter(({ start, kind }) => start >= from && kind !== "comment")) {
    if (depth === 1 && begins && isPlain(element)) {
      const column = unquoted(token.text)
      if (renaming(column) !== column) found.push({ start: token.start, end: token.end, text: ident(renaming(column)) })
    }
    begins = false
    if (token.text === "(") {
      depth++
      begins = depth === 1
    } else if (token.text === ")") {
      depth--
      if (depth === 0) break
    } else if (token.text === "," && depth === 1) {
      element++
      begins = true
    }
  }
  return found
}

function endOfList(tokens: readonly Token[], from: number): number {
  let depth = 0
  for (const { start, end, text } of tokens) {
    if (start < from) continue
    if (text === "(") depth++
    else if (text === ")" && --depth === 0) return end
  }
  return from
}

function after(tokens: readonly Token[], word: string, from: number): number {
  return tokens.find(({ start, text }) => start >= from && text.toLowerCase() === word)?.end ?? from
}

/** A name as it stands in PostgreSQL's own output: unquoted ones are in small letters already. */
function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text
}

function replaced(text: string, replacements: readonly Replacement[]): string {
  const bytes = Buffer.from(text, "utf8")
  const pieces: string[] = []
  let from = 0
  for (const { start, end, text: by } of replacements.toSorted((a, b) => a.start - b.start)) {
    pieces.push(bytes.subarray(from, start).toString("utf8"), by)
    from = end
  }
  pieces.push(bytes.subarray(from).toString("utf8"))
  return pieces.join("")
}
