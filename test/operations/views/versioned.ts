import { Client } from "pg"
import { withTable } from "../../../src/catalog/model.ts"
import { readCatalog } from "../../../src/postgres/catalog-reader.ts"
import type { Catalog, Column } from "../../../src/catalog/model.ts"
import type { Secret } from "../../../src/config/config.ts"
import type { SqlStep } from "../../../src/domain/step.ts"
import type { VersionSchema } from "../../../src/domain/versions.ts"
import { ensureJournal } from "../../../src/execution/journal.ts"
import { createVersionStep } from "../../../src/operations/views/create-version.ts"
import { versionSchemaOf } from "../../../src/operations/views/names.ts"
import type { VersionView } from "../../../src/operations/views/version-view.ts"
import { presentViews, versionViews } from "../../../src/planner/version-views.ts"
import type { ShapeSources } from "../../../src/planner/new-shape.ts"
import type { Session } from "../../../src/postgres/session.ts"
import { withSession } from "../../../src/postgres/session.ts"
import { createDatabase } from "../../harness/database.ts"
import type { TestDatabase, TestRole } from "../../harness/database.ts"

/** A database with a version schema of its tables, made by a role that is no superuser where one is given. */
export interface Versioned {
  readonly database: TestDatabase
  readonly catalog: Catalog
  readonly version: VersionSchema
  readonly views: readonly VersionView[]
  readonly step: SqlStep
}

export interface VersionedOptions {
  readonly base?: string
  readonly revision?: string
  readonly as?: TestRole
  /** What differs from the tables as they are. */
  readonly shape?: (catalog: Catalog) => Partial<ShapeSources>
}

export async function versioned(given: string, options: VersionedOptions = {}): Promise<Versioned> {
  const { base = "public", revision = "0001_now", as, shape } = options
  const owner = as === undefined ? {} : { owner: as }
  const database = await createDatabase({
    ...owner,
    schema: as === undefined ? given : `SET ROLE ${as.name}; ${given}`,
  })
  const url = as === undefined ? database.url : database.urlAs(as)
  const version = versionSchemaOf(base, revision)
  return withSession({ url, applicationName: "versioned" }, async (session) => {
    await ensureJournal(session)
    const catalog = await catalogOf(session, base)
    const sources = { before: catalog, after: catalog, syncs: [], shown: [], ...shape?.(catalog) }
    const views = shape === undefined ? presentViews(version, catalog) : versionViews(version, sources)
    const step = createVersionStep(version, views, catalog.rights)
    await session.query(step.sql)
    return { database, catalog, version, views, step }
  })
}

export function catalogOf(session: Session, base: string): Promise<Catalog> {
  return readCatalog(session, { schemas: [base], relations: "all", functions: [] })
}

export async function observed(database: TestDatabase, step: SqlStep): Promise<unknown> {
  return withSession({ url: database.url, applicationName: "versioned" }, async (session) => {
    const [row] = await session.query<{ observation: unknown }>(step.observe)
    return row?.observation
  })
}

/** A session of an application, with its own search_path; ends with the callback. */
export async function application<T>(url: Secret, path: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url.reveal() })
  await client.connect()
  try {
    await client.query(`SET search_path = ${path}`)
    return await work(client)
  } finally {
    await client.end()
  }
}

export const rows = async (client: Client, text: string, values: unknown[] = []): Promise<unknown[]> =>
  (await client.query<object>(text, values)).rows

/** The catalog in which some columns of a table are others. */
export function withColumns(catalog: Catalog, name: string, change: (column: Column) => readonly Column[]): Catalog {
  const table = catalog.tables.find((each) => each.name === name)
  if (!table) throw new Error(`no table ${name}`)
  return withTable(catalog, { ...table, columns: table.columns.flatMap(change) })
}

export const users = `
CREATE TABLE users (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, name varchar(20) NOT NULL, email text UNIQUE,
  visits integer NOT NULL DEFAULT 7, shout text GENERATED ALWAYS AS (upper(name)) STORED);
INSERT INTO users (name, email) VALUES ('Ada', 'ada@x'), ('Bob', 'bob@x');`
