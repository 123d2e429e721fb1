import { UserError } from "../domain/errors.ts"
import { SqlSyntaxError, parseTree, scanTokens, syntaxError } from "./engine.ts"
import type { Token } from "./engine.ts"
import { inspectExpression } from "./expression-rules.ts"
import { trusted } from "./sql.ts"
import type { Sql } from "./sql.ts"

/** A function or type by name, as written; `schema` is null where none was written. */
export interface QualifiedName {
  readonly schema: string | null
  readonly name: string
}

/** A function that is called with so many arguments; null: that can't be told, or doesn't matter. */
export interface CalledFunction extends QualifiedName {
  readonly arguments: number | null
}

/** One place where an expression names a column, folded as PostgreSQL folds it. */
export interface ColumnReference {
  readonly column: string
  /** The `t` of `t.col`; null where there is none. */
  readonly table: string | null
  readonly schema: string | null
}

/** A value expression that PostgreSQL's parser accepted as exactly one, and nothing else. */
export interface ParsedExpression {
  /**
   * The person's text without its comments, safe inside parentheses. A string that holds a backslash is written as
   * E'…', so that it means the same in a session with `standard_conforming_strings = off`.
   */
  readonly text: Sql
  /** Distinct column names in the order of the text. */
  readonly columns: readonly string[]
  readonly references: readonly ColumnReference[]
  /** Distinct functions; `CURRENT_DATE` and its like by the functions behind them (`pg_catalog.now`). */
  readonly functions: readonly CalledFunction[]
  /** Distinct types that are cast to, built-in ones without their alias (`int` is `pg_catalog.int4`). */
  readonly types: readonly QualifiedName[]
  /** Distinct operators, without their schema. */
  readonly operators: readonly string[]
  /** True where it may choose between values: CASE, NULLIF. */
  readonly isConditional: boolean
}

/** Longest text of an expression, in bytes. */
const longestExpression = 100_000
const prefix = "SELECT "
const hint = "Write one value expression over the table's columns, e.g. lower(name)."

/** Throws UserError EXPRESSION_SYNTAX, EXPRESSION_NOT_ALLOWED or IDENTIFIER_TOO_LONG. */
export function parseExpression(text: string): ParsedExpression {
  const { clean, node } = accept(text)
  const { references, functions, types, operators, isConditional } = inspectExpression(node)
  const columns = [...new Set(references.map(({ column }) => column))]
  return {
    // The real parser accepted exactly this text, both bare and in parentheses.
    text: trusted(clean),
    columns,
    references: references.map(({ column, table, schema }) => ({ column, table, schema })),
    functions: distinct(functions),
    types: distinct(types),
    operators: [...new Set(operators)],
    isConditional,
  }
}

/**
 * The expression with every reference to a column replaced by what `bind` answers for it, found by the parser's
 * position: strings, comments, functions and types of the same name stay as they are. A qualifier (`t.col`) goes with
 * its column. `bind` answers a primary: a name, a qualified name, or something in parentheses.
 */
export function bindColumns(text: string, bind: (column: string) => Sql): Sql {
  const { clean, node } = accept(text)
  const tokens = scanTokens(clean)
  const bytes = Buffer.from(clean, "utf8")
  const pieces: string[] = []
  let from = 0
  const references = inspectExpression(node).references.toSorted((a, b) => a.location - b.location)
  for (const { column, parts, location } of references) {
    const start = location - prefix.length
    pieces.push(bytes.subarray(from, start).toString("utf8"), bind(column))
    from = endOfName(tokens, start, parts)
  }
  pieces.push(bytes.subarray(from).toString("utf8"))
  // Accepted text with names replaced by names.
  return trusted(pieces.join(""))
}

/** The expression's node in PostgreSQL's parse tree, for those of this room that look closer. */
export function expressionTree(text: string): unknown {
  return accept(text).node
}

/** Where a name of `parts` dotted parts ends that begins at byte `start`. */
function endOfName(tokens: readonly Token[], start: number, parts: number): number {
  let at = tokens.findIndex((token) => token.start === start)
  let end = start
  for (let part = 0; part < parts; part++) {
    if (part > 0) at += 1 // the dot
    const token = tokens[at]
    if (!token) break
    end = token.end
    at += 1
    if (token.kind !== "unicode identifier" || tokens[at]?.text.toLowerCase() !== "uescape") continue
    end = tokens[at + 1]?.end ?? end // U&"…" UESCAPE '…'
    at += 2
  }
  return end
}

function accept(text: string): { clean: string; node: unknown } {
  try {
    if (Buffer.byteLength(text) > longestExpression) throw new SqlSyntaxError("the expression is too long", 0)
    parseTree(prefix + text) // unterminated strings and comments end here
    const clean = normalise(text)
    const statements = parseTree(prefix + clean)
    const select = statements.length === 1 ? statements[0]?.node : undefined
    if (!select || !("SelectStmt" in select)) throw notAllowed("it is not one single expression")
    const fields = select.SelectStmt
    const others = Object.keys(fields).filter((key) => !["targetList", "limitOption", "op"].includes(key))
    if (others.length > 0) throw notAllowed("it is more than a value expression (FROM, INTO, UNION, …)")
    if (fields.targetList?.length !== 1)
      throw notAllowed(fields.targetList ? "it is several expressions" : "it is empty")
    const target = fields.targetList[0]
    if (!target || !("ResTarget" in target) || target.ResTarget.name !== undefined) throw notAllowed("it has an alias")
    // `ALL a` is fine after SELECT, but not where the expression will stand.
    parseTree(`${prefix.trimEnd()}(${clean})`)
    return { clean, node: target.ResTarget.val }
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error
    const index = Math.max(0, error.index - prefix.length)
    throw syntaxError("EXPRESSION_SYNTAX", text, new SqlSyntaxError(error.message, index), hint)
  }
}

/** Without comments, and with strings that mean the same in every session. */
function normalise(text: string): string {
  const bytes = Buffer.from(text, "utf8")
  const pieces: string[] = []
  let from = 0
  for (const token of scanTokens(text)) {
    let replacement: string | null = null
    if (token.kind === "comment") replacement = " "
    else if (token.kind === "string" && token.text.startsWith("'") && token.text.includes("\\"))
      replacement = ` E${token.text.replaceAll("\\", "\\\\")}`
    else if (token.kind === "identifier" && nameBytes(token.text) > 63) throw tooLong(token.text)
    if (replacement === null) continue
    pieces.push(bytes.subarray(from, token.start).toString("utf8"), replacement)
    from = token.end
  }
  pieces.push(bytes.subarray(from).toString("utf8"))
  return pieces.join("").trim()
}

/** How long PostgreSQL finds a name: 63 bytes are kept, what is longer is cut in silence. */
export function nameBytes(token: string): number {
  return Buffer.byteLength(token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token)
}

function tooLong(name: string): UserError {
  return new UserError({
    code: "IDENTIFIER_TOO_LONG",
    subject: name,
    message: "The name is longer than 63 bytes; PostgreSQL would cut it in silence",
    hint: "Use the name as it stands in the database.",
  })
}

function notAllowed(reason: string): UserError {
  return new UserError({
    code: "EXPRESSION_NOT_ALLOWED",
    subject: "expression",
    message: `Not allowed: ${reason}`,
    hint,
  })
}

function distinct<Name extends QualifiedName>(names: readonly Name[]): readonly Name[] {
  const seen = new Map(names.map((name) => [JSON.stringify(name, Object.keys(name).toSorted()), name]))
  return [...seen.values()]
}
