/**
 * What an application does to one table, as data, so that a process of its own can be given it. Values are templates in
 * which `{key}` is the row's key, `{n}` a number that this application uses once, and `{lane}` its connection.
 */
export interface Workload {
  /** The table that account is kept of. `name` as SQL, quoted where it must be; `key` is its primary key's column. */
  readonly table: { readonly name: string; readonly key: string }
  readonly statements: readonly Statement[]
  /** What `search_path` is set to on each connection, as SQL. Default: the role's own. */
  readonly searchPath?: string
  /** Connections that work side by side. Default 2. */
  readonly lanes?: number
  /** Rest between two calls of one connection, in milliseconds. Default 2. */
  readonly pauseMs?: number
  /**
   * Every second connection makes its calls in transactions of up to so many statements, each on a row of its own, and
   * rests up to so many milliseconds before each of them and before the commit. Default: each call is one alone.
   */
  readonly transactions?: { readonly statements: number; readonly pauseMs: number }
  /** Integer keys of rows that are there before, which the application may change as well; both ends included. */
  readonly existingKeys?: KeyRange
  /** Begins `{n}` here, so that two applications with unique values don't meet. Default 1. */
  readonly firstNumber?: number
  /** The same seed makes the same choices. Default 1. */
  readonly seed?: number
}

/** Two applications on one table must be given ranges, or remainders, that don't meet. */
export interface KeyRange {
  readonly first: number
  readonly last: number
  /** Only keys that leave `remainder` when divided by `of`. Default: all. */
  readonly only?: { readonly remainder: number; readonly of: number }
}

/** One kind of call. */
export interface Statement {
  readonly name: string
  /** `insert` must return the new row's key as its first column; the others must touch exactly the row with the key. */
  readonly kind: "insert" | "update" | "delete" | "read"
  readonly sql: string
  /** Templates for $1, $2, …; null is NULL. */
  readonly values: readonly (string | null)[]
  /**
   * Columns of the table that hold a known value once a write is acknowledged, as templates of PostgreSQL's own text.
   * Of a `read`: none; its answer is compared with what is known.
   */
  readonly shows?: Readonly<Record<string, string | null>>
  /** How often it comes up, compared with the others. Default 1. */
  readonly weight?: number
  /** Sends it as a prepared statement that lives as long as the connection. */
  readonly prepared?: boolean
}

/** What the placeholders of a template stand for. */
export interface Placeholders {
  readonly key: string
  readonly n: string
  readonly lane: string
}

export function fillIn(template: string | null, values: Placeholders): string | null {
  if (template === null) return null
  return template.replaceAll(/\{(key|n|lane)\}/g, (_, name: keyof Placeholders) => values[name])
}
