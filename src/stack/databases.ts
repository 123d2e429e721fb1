import { Client } from "pg"
import type { Secret } from "../config/config.ts"
import { ident, literal, sql } from "../sql/sql.ts"
import type { Sql } from "../sql/sql.ts"
import { controlDatabase, targetDatabase } from "./state.ts"

/**
 * Makes what Sluice expects to find: a role `sluice` that is no superuser (as on a managed PostgreSQL), the control
 * database and the sample target, both owned by it. Where the server counts statements, they can be looked at in the
 * target. What is there already stays. `superuser` is any other database.
 */
export async function prepareDatabases(superuser: Secret, password: Secret): Promise<void> {
  const client = new Client({ connectionString: superuser.reveal() })
  await client.connect()
  try {
    const role = sql`sluice`
    if (!(await exists(client, sql`SELECT 1 FROM pg_roles WHERE rolname = 'sluice'`))) {
      // CREATEDB for scratch copies of backups, pg_monitor to see who is in the way.
      await client.query(
        sql`CREATE ROLE ${role} LOGIN CREATEDB PASSWORD ${literal(password.reveal())} IN ROLE pg_monitor`,
      )
    }
    for (const name of [controlDatabase, targetDatabase]) {
      if (await exists(client, sql`SELECT 1 FROM pg_database WHERE datname = ${literal(name)}`)) continue
      await client.query(sql`CREATE DATABASE ${ident(name)} OWNER ${role}`)
    }
  } finally {
    await client.end()
  }
  await countStatements(superuser)
}

async function countStatements(superuser: Secret): Promise<void> {
  const url = new URL(superuser.reveal())
  url.pathname = `/${targetDatabase}`
  const client = new Client({ connectionString: url.href })
  await client.connect()
  try {
    const isLoaded = sql`SELECT 1 FROM pg_available_extensions
                          WHERE name = 'pg_stat_statements' AND current_setting('pg_stat_statements.track', true) <> ''`
    if (await exists(client, isLoaded)) await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
  } finally {
    await client.end()
  }
}

async function exists(client: Client, query: Sql): Promise<boolean> {
  return ((await client.query(query)).rowCount ?? 0) > 0
}
