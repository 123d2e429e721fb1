import { Client } from "pg"
import type { Secret } from "../../src/config/config.ts"

/** Somebody's open transaction, in the way of whoever comes next. */
export class Holder {
  /** Of its session in the server. */
  readonly pid: number
  readonly #client: Client
  #isHolding = true

  private constructor(client: Client, pid: number) {
    this.#client = client
    this.pid = pid
  }

  static async take(url: Secret, statement: string): Promise<Holder> {
    const client = new Client({ connectionString: url.reveal(), application_name: "somebody" })
    client.on("error", () => {})
    await client.connect()
    await client.query("BEGIN")
    await client.query(statement)
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")
    return new Holder(client, rows[0]?.pid ?? 0)
  }

  /** Lets go, and takes back what it did. */
  release(): Promise<void> {
    return this.#end("ROLLBACK")
  }

  async commit(): Promise<void> {
    return this.#end("COMMIT")
  }

  async #end(statement: string): Promise<void> {
    if (!this.#isHolding) return
    this.#isHolding = false
    await this.#client.query(statement).catch(() => {})
    await this.#client.end()
  }
}
