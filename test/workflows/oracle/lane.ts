import { Client } from "pg"
import type { Secret } from "../../../src/config/config.ts"
import type { NameOracle, Setting } from "./name-oracle.ts"

/** How an application writes: which relation it names, what it calls the columns, and what it leaves to defaults. */
export interface Dialect {
  readonly relation: string
  readonly columns: Readonly<Partial<Record<keyof Setting, string>>>
  readonly defaults: Setting
}

export interface Speaker {
  readonly dialect: Dialect
  readonly client: Client
}

export async function connect(url: Secret): Promise<Client> {
  const client = new Client({ connectionString: url.reveal(), application_name: "application" })
  await client.connect()
  return client
}

/** One row after the other, in a fixed order for each: what a lane has written, no other writes. */
export class Lane {
  readonly #oracle: NameOracle
  readonly #ids: number[]
  readonly #random: () => number
  #written = 0

  constructor(oracle: NameOracle, ids: readonly number[], seed: number) {
    this.#oracle = oracle
    this.#ids = [...ids]
    this.#random = randomFrom(seed)
  }

  /** `mayBeNull`: true once a NULL part says something, because every row is filled. */
  async write(count: number, speakers: readonly Speaker[], mayBeNull: boolean): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.#one(this.#pick(speakers), mayBeNull)
  }

  async #one({ dialect, client }: Speaker, mayBeNull: boolean): Promise<void> {
    this.#written += 1
    const dice = this.#random()
    if (dice < 0.25 || this.#ids.length === 0) return this.#insert(dialect, client, mayBeNull)
    const id = this.#pick(this.#ids)
    if (dice < 0.32) {
      await client.query(`DELETE FROM ${dialect.relation} WHERE id = $1`, [id])
      this.#ids.splice(this.#ids.indexOf(id), 1)
      return this.#oracle.delete(id)
    }
    const set = this.#setting(dialect, mayBeNull)
    const entries = entriesOf(set, dialect)
    const list = entries.map(([column], index) => `${column} = $${index + 2}`).join(", ")
    await client.query(`UPDATE ${dialect.relation} SET ${list} WHERE id = $1`, [
      id,
      ...entries.map(([, value]) => value),
    ])
    this.#oracle.update(id, set)
  }

  async #insert(dialect: Dialect, client: Client, mayBeNull: boolean): Promise<void> {
    const set = this.#setting(dialect, mayBeNull)
    const entries = entriesOf(set, dialect)
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO ${dialect.relation} (${entries.map(([column]) => column).join(", ")})
       VALUES (${entries.map((_, index) => `$${index + 1}`).join(", ")}) RETURNING id`,
      entries.map(([, value]) => value),
    )
    const id = Number(rows[0]?.id)
    this.#ids.push(id)
    this.#oracle.insert(id, set, dialect.defaults)
  }

  /** At least one column; those that are left out keep what they have, or get their default. */
  #setting({ columns }: Dialect, mayBeNull: boolean): Setting {
    const known = Object.keys(columns) as (keyof Setting)[]
    const chosen = known.filter(() => this.#random() < 0.6)
    const names = chosen.length > 0 ? chosen : [this.#pick(known)]
    return Object.fromEntries(names.map((name) => [name, this.#value(name, mayBeNull)]))
  }

  #value(column: keyof Setting, mayBeNull: boolean): string | null {
    if (this.#random() < 0.15 && (mayBeNull || column === "name" || column === "note")) return null
    const word = this.#pick(["Ada", "Bo", "", "Cy  Dee", "Été", "x y"])
    return column === "name"
      ? this.#pick([`${word} ${this.#written}`, `  ${word}`, `${word}   von ${word}`, word])
      : word
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T
  }
}

function entriesOf(set: Setting, { columns }: Dialect): readonly (readonly [string, string | null])[] {
  return (Object.entries(set) as [keyof Setting, string | null][]).map(([name, value]) => [
    columns[name] ?? name,
    value,
  ])
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
