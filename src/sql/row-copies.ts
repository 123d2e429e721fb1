/** What a trigger's function sees its table's rows as, beside NEW and OLD. */
export interface RowSources {
  /** The table's name, without its schema. */
  readonly table: string
  /** The names of the trigger's transition tables (`REFERENCING NEW TABLE AS …`). */
  readonly transition: readonly string[]
}

const comment = /('(?:[^']|'')*')|--[^\n]*|\/\*[\s\S]*?\*\//g
const string = /'(?:[^']|'')*'/g
/** A row as the one argument of a function, as in `to_jsonb(NEW.*)`, is one value, whatever its columns. */
const argument = /\b(?!values\b)\w+\s*\(\s*\(?\s*\w+\s*\)?\s*\.\s*\*\s*\)/gi
/** `SELECT *`, `n.*`; not `count(*)`. */
const star = /(?:\bselect\s+(?:all\s+|distinct\s+)?|,\s*|["\w]\s*\.\s*)\*/i
const dynamic =
  /\bexecute\b[\s\S]*\binsert\s+into\b[\s\S]*\(\s*\$\d+\s*\)\s*\.\s*\*[\s\S]*\busing\b[\s\S]*\b(?:new|old)\b/i

/**
 * Whether a trigger function in PL/pgSQL inserts whole rows of its table by the places of their columns, as in `INSERT
 * INTO history SELECT NEW.*`. It goes by the text: what another function inserts, which that one calls, isn't seen.
 */
export function insertsWholeRows(body: string, { table, transition }: RowSources): boolean {
  const statements = body.replace(comment, (_, text: string | undefined) => text ?? " ").split(";")
  const row = starOf(["new", "old", ...statements.flatMap(rowVariable)])
  const from = new RegExp(`\\bfrom\\b[\\s\\S]*(?:${[table, ...transition].map(named).join("|")})`, "i")
  return statements.some((statement) => {
    if (dynamic.test(statement)) return true
    const text = statement.replace(string, "''").replace(argument, "")
    const at = text.search(/\binsert\s+into\b/i)
    if (at < 0) return false
    const inserted = text.slice(at)
    // A row can also be taken before it is inserted: WITH x AS (SELECT NEW.*) INSERT …
    const isTakenFirst = /^\s*(?:begin\s+)?with\b/i.test(text) && row.test(text)
    return row.test(inserted) || isTakenFirst || (star.test(inserted) && from.test(inserted))
  })
}

/** The variable that a statement makes a copy of the row. */
function rowVariable(statement: string): readonly string[] {
  const name = /(\w+)(?:\s+\S+%rowtype)?\s*:?=\s*(?:new|old)\s*$/i.exec(statement)?.[1]
  return name === undefined ? [] : [name]
}

function starOf(names: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${names.join("|")})\\s*\\)?\\s*\\.\\s*\\*`, "i")
}

/** A name as it may stand in a text, quoted or not. */
function named(name: string): string {
  const escaped = name.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&")
  return `"${escaped.replaceAll('"', '""')}"|\\b${escaped}\\b`
}
