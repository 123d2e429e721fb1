import { afterAll, beforeAll, expect, test } from "vitest"
import { planForRanges } from "../../src/execution/backfill/range-plans.ts"
import { withSession } from "../../src/postgres/session.ts"
import { createDatabase, createRole, type TestDatabase, type TestRole } from "../harness/database.ts"

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

test("a right that is missing goes on being that", async () => {
  await expect(batchOn("closed")).rejects.toMatchObject({ code: "PERMISSION_DENIED" })
})

test("a replica identity that is missing says what to do", async () => {
  await expect(batchOn("published")).rejects.toMatchObject({
    code: "REPLICA_IDENTITY_MISSING",
    finding: { hint: expect.stringContaining("REPLICA IDENTITY FULL") },
  })
})
