import { Client } from "pg"
import type { Secret } from "../../config/config.ts"
import { isOneOf } from "./acknowledged.ts"
import type { Acknowledged, RowState } from "./acknowledged.ts"
import type { Workload } from "./workload.ts"

/** What the table holds of what was acknowledged. */
export interface Comparison {
  /** Rows that were compared. */
  readonly checked: number
  /** Rows that don't stand as acknowledged: missing, come back, or with another value. */
  readonly lost: number
  /** The first hundred of them. */
  readonly examples: readonly { readonly key: string; readonly problem: string }[]
}

export interface ComparisonOptions {
  /** Where to look; default: the application's own address. */
  readonly url?: Secret
  /** The table's name as SQL, if it is another one by now. */
  readonly table?: string
  /** What `search_path` is set to, as SQL. Default: the application's own. */
  readonly searchPath?: string
  /** How a column of the account is read today, as SQL; null: not at all. Default: under its own name. */
  readonly columns?: Readonly<Record<string, string | null>>
}

const chunk = 5_000

/** Compares the account with the table, all in one snapshot. */
export async function compare(
  account: Acknowledged,
  workload: Workload,
  url: Secret,
  options: ComparisonOptions = {},
): Promise<Comparison> {
  const expected = [...account.entries()]
  const select = selection(expected, workload, options)
  const examples: { key: string; problem: string }[] = []
  let lost = 0
  const client = new Client({
    connectionString: (options.url ?? url).reveal(),
    application_name: "application: comparison",
    types: { getTypeParser: () => (text: string | Buffer) => text.toString() },
  })
  await client.connect()
  try {
    const searchPath = options.searchPath ?? workload.searchPath
    if (searchPath !== undefined) await client.query(`SET search_path = ${searchPath}`)
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    for (let start = 0; start < expected.length; start += chunk) {
      const part = expected.slice(start, start + chunk)
      const { rows } = await client.query<string[]>({
        text: select.text,
        values: [part.map(([key]) => key)],
        rowMode: "array",
      })
      const found = new Map(rows.map(([key, ...values]) => [key, rowOf(select.columns, values)]))
      for (const [key, states] of part) {
        const read = found.get(key) ?? null
        if (isOneOf(states, read)) continue
        lost += 1
        if (examples.length < 100) examples.push({ key, problem: problemOf(states, read) })
      }
    }
  } finally {
    await client.end()
  }
  return { checked: expected.length, lost, examples }
}

function selection(
  expected: readonly [string, readonly RowState[]][],
  workload: Workload,
  options: ComparisonOptions,
): { readonly text: string; readonly columns: readonly string[] } {
  const known = new Set(expected.flatMap(([, states]) => states.flatMap((state) => Object.keys(state ?? {}))))
  const columns = [...known].filter((column) => options.columns?.[column] !== null)
  const read = (column: string): string => options.columns?.[column] ?? `"${column.replaceAll('"', '""')}"`
  const { key, name } = workload.table
  const list = [`"${key}"`, ...columns.map((column) => `(${read(column)})::text`)].join(", ")
  return { text: `SELECT ${list} FROM ${options.table ?? name} WHERE "${key}" = ANY ($1)`, columns }
}

function rowOf(columns: readonly string[], values: readonly (string | null)[]): RowState {
  return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null]))
}

function problemOf(states: readonly RowState[], read: RowState): string {
  if (read === null) return "the row is missing"
  if (states.every((state) => state === null)) return "the row was deleted and is there"
  const last = states.at(-1) ?? {}
  const columns = Object.keys(last).filter((column) => column in read && read[column] !== last[column])
  return `another value in ${columns.join(", ")}`
}
