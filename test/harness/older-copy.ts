import { setTimeout as sleep } from "node:timers/promises"
import { ident, literal } from "../../src/sql/sql.ts"
import { administer, type TestDatabase } from "./database.ts"

/**
 * A project's database as it was at some moment, to be put into its place later: what a restore from a backup, or a
 * failover to a replica that lagged behind, leaves.
 */
export class OlderCopy {
  readonly #database: TestDatabase
  readonly #name: string

  private constructor(database: TestDatabase, name: string) {
    this.#database = database
    this.#name = name
  }

  /** Take it while nobody is at work there: PostgreSQL copies no database that somebody uses. */
  static async take(database: TestDatabase): Promise<OlderCopy> {
    const name = `${database.name}_older`
    const [row] = await database.query<{ owner: string }>(
      "SELECT datdba::regrole::text AS owner FROM pg_database WHERE datname = current_database()",
    )
    const copy = `CREATE DATABASE ${ident(name)} TEMPLATE ${ident(database.name)} STRATEGY wal_log OWNER ${row?.owner}`
    await patiently(() => administer(copy))
    return new OlderCopy(database, name)
  }

  /** From here on the database's address leads to the copy; what it was before is gone. */
  async restore(): Promise<void> {
    const { name } = this.#database
    await administer(`ALTER DATABASE ${ident(name)} ALLOW_CONNECTIONS false`)
    await administer(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ${literal(name)} AND pid <> pg_backend_pid()`,
    )
    await administer(`DROP DATABASE ${ident(name)} WITH (FORCE)`)
    await administer(`ALTER DATABASE ${ident(this.#name)} RENAME TO ${ident(name)}`)
  }
}

/** A worker's sessions come and go. */
async function patiently(work: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === 40 || !String(error).includes("being accessed by other users")) throw error
      await sleep(100)
    }
  }
}
