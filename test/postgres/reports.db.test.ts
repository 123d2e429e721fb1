import { afterAll, beforeAll, expect, test } from "vitest"
import { planForRanges } from "../../src/execution/backfill/range-plans.ts"
import { withSession } from "../../src/postgres/session.ts"
import { Client } from "pg"
import { createDatabase, createRole, type TestDatabase, type TestRole } from "../harness/database.ts"
import { waitUntil } from "./wait-until.ts"

// Switched on while a run waits at a gate, these reach a batch as a state that says something else: a missing GRANT
// where none helps, or nothing at all.

let database: TestDatabase
let role: TestRole
beforeAll(async () => {
  role = await createRole()
  database = await createDatabase({
    schema: `
      CREATE TABLE forced (id int); ALTER TABLE forced OWNER TO ${role.name};
      ALTER TABLE forced ENABLE ROW LEVEL SECURITY; ALTER TABLE forced FORCE ROW LEVEL SECURITY;
      CREATE TABLE secured (id int); ALTER TABLE secured ENABLE ROW LEVEL SECURITY;
      GRANT SELECT, UPDATE ON secured TO ${role.name};
      CREATE TABLE closed (id int);
      CREATE TABLE published (id int); INSERT INTO published VALUES (1); ALTER TABLE published OWNER TO ${role.name};
      CREATE PUBLICATION pub FOR TABLE published`,
  })
})
afterAll(async () => {
  await database.drop()
  await role.drop()
})

/** What a batch on that table meets. */
const batchOn = (table: string): Promise<unknown> =>
  withSession({ url: database.urlAs(role), applicationName: "test" }, async (session) => {
    await planForRanges(session)
    await session.query(`UPDATE public.${table} SET id = id`)
  })

test.each(["forced", "secured"])("row-level security, %s: no GRANT is promised to help", async (table) => {
  await expect(batchOn(table)).rejects.toMatchObject({
    code: "ROW_SECURITY_HIDES_ROWS",
    finding: { hint: expect.stringMatching(/BYPASSRLS.* NO FORCE ROW LEVEL SECURITY/) },
  })
})

test("a database that is closed while somebody restores it is one to come back to", async () => {
  const closed = await createDatabase()
  await database.query(`ALTER DATABASE ${closed.name} ALLOW_CONNECTIONS false`)
  await expect(withSession({ url: closed.url, applicationName: "test" }, async () => null)).rejects.toMatchObject({
    kind: "TransientError",
    code: "SERVER_NOT_READY",
  })
  await closed.drop()
})

test("a right that is missing goes on being that", async () => {
  await expect(batchOn("closed")).rejects.toMatchObject({ code: "PERMISSION_DENIED" })
})

test("a replica identity that is missing says what to do", async () => {
  await expect(batchOn("published")).rejects.toMatchObject({
    code: "REPLICA_IDENTITY_MISSING",
    finding: { hint: expect.stringContaining("REPLICA IDENTITY FULL") },
  })
})

test("a view on a column that is to be dropped is named", async () => {
  await database.query("CREATE TABLE shown (id int, a int); CREATE VIEW hers AS SELECT a FROM shown")
  const dropping = withSession({ url: database.url, applicationName: "test", subject: "a step" }, (session) =>
    session.query("ALTER TABLE public.shown DROP COLUMN a"),
  )
  await expect(dropping).rejects.toMatchObject({
    code: "DEPENDENTS_EXIST",
    finding: { subject: "a step" },
    message: expect.stringContaining("view public.hers depends on column a of table public.shown"),
  })
})

test("a schema that another transaction is making is waited for, and then tried again", async () => {
  const other = new Client({ connectionString: database.url.reveal() })
  await other.connect()
  try {
    await other.query("BEGIN; CREATE SCHEMA archive")
    const making = withSession({ url: database.url, applicationName: "test" }, (session) =>
      session.query("CREATE SCHEMA IF NOT EXISTS archive"),
    )
    const refused = expect(making).rejects.toMatchObject({ kind: "TransientError", code: "OBJECT_IN_USE" })
    const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE SCHEMA IF%'"
    await waitUntil(async () => (await database.query(waiting)).length > 0)
    await other.query("COMMIT")
    await refused
  } finally {
    await other.end()
  }
})
