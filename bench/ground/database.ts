import { Client } from "pg"
import type { Secret } from "../../src/config/config.ts"

/** One database of the benches' server. */
export class Database {
  readonly name: string
  /** As superuser. */
  readonly admin: Secret
  /** As the role that owns it. */
  readonly owner: Secret
  readonly #server: Secret

  constructor(name: string, urls: { readonly admin: Secret; readonly owner: Secret; readonly server: Secret }) {
    this.name = name
    this.admin = urls.admin
    this.owner = urls.owner
    this.#server = urls.server
  }

  /** Runs SQL as its owner. Text may hold several statements; the rows are the last one's. */
  query<Row extends object>(text: string): Promise<readonly Row[]> {
    return administer<Row>(this.owner, text)
  }

  /** Drops it; whoever is still connected is thrown out. */
  async drop(): Promise<void> {
    await administer(this.#server, `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`)
  }
}

/** Runs SQL on a connection of its own. */
export async function administer<Row extends object>(url: Secret, text: string): Promise<readonly Row[]> {
  return connected(url, async (client) => {
    const result = await client.query<Row>(text)
    return Array.isArray(result) ? ((result as { rows: Row[] }[]).at(-1)?.rows ?? []) : result.rows
  })
}

/** Opens a connection for `work`, and closes it whatever happens. */
export async function connected<T>(url: Secret, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url.reveal(), application_name: "bench" })
  client.on("error", () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
