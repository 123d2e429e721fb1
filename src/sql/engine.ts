import { hasSqlDetails, loadModule, parseSync, scanSync } from "libpg-query"
import type { Node } from "libpg-query"
import { BugError, UserError } from "../domain/errors.ts"

/** One token of PostgreSQL's scanner. Offsets are **bytes** of the UTF-8 text, as in the parser's tree. */
export interface Token {
  readonly start: number
  readonly end: number
  readonly kind: "identifier" | "unicode identifier" | "string" | "comment" | "other"
  readonly text: string
}

/** One statement of the parser's tree; `end` is exclusive and stands before the semicolon. Bytes. */
export interface RawStatement {
  readonly node: Node
  readonly start: number
  readonly end: number
}

/** Where in a text a syntax error was found, for the caller to turn into file and line. */
export class SqlSyntaxError extends Error {
  override readonly name = "SqlSyntaxError"
  /** Index into the JavaScript string (UTF-16). */
  readonly index: number
  constructor(message: string, index: number) {
    super(message)
    this.index = index
  }
}

let loading: Promise<void> | null = null
let loaded = false

/** Loads PostgreSQL's own parser (WebAssembly, about 30 ms). Once per process; further calls wait for the first. */
export async function loadParser(): Promise<void> {
  loading ??= loadModule().then(() => {
    loaded = true
  })
  await loading
}

/** Parses a text of any number of statements. Throws {@link SqlSyntaxError}. */
export function parseTree(text: string): readonly RawStatement[] {
  requireParser()
  refuseUnparsable(text)
  if (text.trim() === "") return []
  const statements = guarded(text, () => parseSync(text)).stmts ?? []
  const bytes = Buffer.byteLength(text)
  return statements.map((raw) => {
    if (!raw.stmt) throw bug("the parser answered a statement without a node")
    const start = raw.stmt_location ?? 0
    return { node: raw.stmt, start, end: raw.stmt_len ? start + raw.stmt_len : bytes }
  })
}

/** The tokens of a text, comments included. The text must have passed {@link parseTree}. */
export function scanTokens(text: string): readonly Token[] {
  requireParser()
  refuseUnparsable(text)
  if (text === "") return []
  const bytes = Buffer.from(text, "utf8")
  return guarded(text, () => scanSync(text)).tokens.map(({ start, end, tokenName }) => {
    // The token's own text is cut from ours: the scanner's copy is not needed and was once a source of mistakes.
    const own = bytes.subarray(start, end).toString("utf8")
    return { start, end, text: own, kind: kindOf(own, tokenName) }
  })
}

function kindOf(text: string, tokenName: string): Token["kind"] {
  if (tokenName === "SQL_COMMENT" || tokenName === "C_COMMENT") return "comment"
  if (tokenName === "SCONST") return "string"
  if (/^u&"/i.test(text)) return "unicode identifier"
  // Keywords count too: whether a keyword is a name is for the grammar to say, and it has said so by then.
  return text.startsWith('"') || /^[\p{L}_]/u.test(text) || tokenName === "IDENT" ? "identifier" : "other"
}

function requireParser(): void {
  if (!loaded) throw bug("the SQL parser was used before loadParser() had finished")
}

/** NUL would end the text for the parser (what follows would pass unseen); half a surrogate pair has no UTF-8. */
function refuseUnparsable(text: string): void {
  const index = text.search(/\0|\p{Surrogate}/u)
  if (index >= 0) throw new SqlSyntaxError("a NUL or a broken Unicode character", index)
}

function guarded<T>(text: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (hasSqlDetails(error)) {
      const position = error.sqlDetails?.cursorPosition ?? 0
      throw new SqlSyntaxError(error.message, utf16Index(text, position))
    }
    // Nested so deeply that the machine's stack doesn't hold it: the person's text, not our defect.
    if (error instanceof RangeError) throw new SqlSyntaxError("nested too deeply", 0)
    throw bug("the SQL parser failed", error)
  }
}

/** The parser counts characters (code points) in its errors, unlike everywhere else. */
function utf16Index(text: string, codePoints: number): number {
  let index = 0
  for (let left = codePoints; left > 0 && index < text.length; left--)
    index += text.codePointAt(index)! > 0xffff ? 2 : 1
  return index
}

/** The line (first is 1) of an index into a text. */
export function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++
  return line
}

/** A syntax error as the person sees it. */
export function syntaxError(code: string, subject: string, error: SqlSyntaxError, hint: string): UserError {
  return new UserError({ code, subject, message: `${error.message} (position ${error.index + 1})`, hint })
}

function bug(message: string, cause?: unknown): BugError {
  return new BugError({ code: "BUG", subject: "SQL parser", message }, cause === undefined ? {} : { cause })
}
