import { randomBytes } from "node:crypto"
import { Client } from "pg"
import { inject } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { ident, literal } from "../../src/sql/sql.ts"
import { templateName } from "./template.ts"

/** A database of its own for one test, on the cluster of this test run. */
export interface TestDatabase {
  readonly name: string
  /** The superuser's address of it. */
  readonly url: Secret
  /** The same database as another role. */
  urlAs(role: TestRole): Secret
  /** Runs SQL as superuser: text without values may hold several statements. */
  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Drops it; whoever is still connected is thrown out. */
  drop(): Promise<void>
}

/** A role that can log in. */
export interface TestRole {
  readonly name: string
  readonly password: string
  drop(): Promise<void>
}

export interface DatabaseOptions {
  /** Begins the name. Default `test`. */
  readonly prefix?: string
  /** Owns the database, and with it the schema `public`. Default: the superuser. */
  readonly owner?: TestRole
  /** SQL to run in it at once, as superuser. */
  readonly schema?: string
}

/** A new empty database, cloned from the template in some 30 ms. */
export async function createDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const name = uniqueName(options.prefix ?? "test")
  const owner = ident(options.owner?.name ?? "postgres")
  // The file copy needs two checkpoints, which are slow where others write; copying through the log doesn't.
  await administer(`CREATE DATABASE ${ident(name)} TEMPLATE ${templateName} STRATEGY wal_log OWNER ${owner}`)
  const database = databaseAt({
    name,
    urlOf: (at) => clusterUrl("postgres", inject("postgres").password, at),
  })
  if (options.schema !== undefined) await database.query(options.schema)
  return database
}

/** A database that is there. `urlOf`: the superuser's address of any database of its cluster. */
export function databaseAt({ name, urlOf }: { name: string; urlOf: (database: string) => Secret }): TestDatabase {
  const url = urlOf(name)
  return {
    name,
    url,
    urlAs: (role) => {
      const address = new URL(url.reveal())
      address.username = encodeURIComponent(role.name)
      address.password = encodeURIComponent(role.password)
      return new Secret(address.href)
    },
    query: (text, values) => runAt(url, text, values),
    drop: async () => {
      await runAt(urlOf("postgres"), `DROP DATABASE IF EXISTS ${ident(name)} WITH (FORCE)`)
    },
  }
}

/** The database as a role has it that owns these tables and may keep Sluice's journal there, and no more. */
export async function ownedBy(
  role: TestRole,
  database: TestDatabase,
  tables: readonly string[],
): Promise<TestDatabase> {
  const owner = ident(role.name)
  await database.query(`
    GRANT CREATE ON DATABASE ${ident(database.name)} TO ${owner};
    GRANT USAGE, CREATE ON SCHEMA public TO ${owner};
    ${tables.map((table) => `ALTER TABLE public.${ident(table)} OWNER TO ${owner};`).join(" ")}`)
  return databaseAt({ name: database.name, urlOf: () => database.urlAs(role) })
}

/** What a role may do besides logging in. Never superuser. */
export interface RoleOptions {
  readonly prefix?: string
  readonly createDatabase?: boolean
  readonly createRole?: boolean
  readonly replication?: boolean
  readonly bypassRowSecurity?: boolean
  readonly memberOf?: readonly string[]
}

/** A new role that is no superuser. Clusters share roles, so its name is unique. */
export async function createRole(options: RoleOptions = {}): Promise<TestRole> {
  const name = uniqueName(options.prefix ?? "role")
  const password = randomBytes(9).toString("hex")
  const attributes = [
    options.createDatabase === true ? "CREATEDB" : "NOCREATEDB",
    options.createRole === true ? "CREATEROLE" : "NOCREATEROLE",
    options.replication === true ? "REPLICATION" : "NOREPLICATION",
    options.bypassRowSecurity === true ? "BYPASSRLS" : "NOBYPASSRLS",
  ]
  await administer(`CREATE ROLE ${ident(name)} LOGIN NOSUPERUSER ${attributes.join(" ")} PASSWORD ${literal(password)}`)
  for (const group of options.memberOf ?? []) await administer(`GRANT ${ident(group)} TO ${ident(name)}`)
  return { name, password, drop: () => administer(`DROP ROLE IF EXISTS ${ident(name)}`) }
}

/** An address on the cluster of this test run. */
export function clusterUrl(user: string, password: string, database: string): Secret {
  const { host, port } = inject("postgres")
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return new Secret(`postgresql://${login}@${host}:${port}/${encodeURIComponent(database)}`)
}

/** Runs SQL as superuser in the database `postgres`. */
export async function administer(text: string): Promise<void> {
  await runAt(clusterUrl("postgres", inject("postgres").password, "postgres"), text)
}

function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(5).toString("hex")}`
}

/** One connection for one text. */
export async function runAt<Row extends object>(
  url: Secret,
  text: string,
  values?: readonly unknown[],
): Promise<Row[]> {
  const client = new Client({ connectionString: url.reveal() })
  // A test that kills backends may kill this one while it closes; the query's own error tells it.
  client.on("error", () => {})
  await client.connect()
  try {
    const result = await client.query<Row>(text, values === undefined ? undefined : [...values])
    return Array.isArray(result) ? ((result as { rows: Row[] }[]).at(-1)?.rows ?? []) : result.rows
  } finally {
    await client.end()
  }
}
