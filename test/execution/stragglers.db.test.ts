import { afterAll, beforeAll, expect, test } from "vitest"
import { lookOf, readStragglers } from "../../src/execution/stragglers.ts"
import { checkExpressions } from "../../src/postgres/expressions.ts"
import { runDataChecks } from "../../src/postgres/data-checks.ts"
import { hashTable } from "../../src/backup/table-hash.ts"
import { sql } from "../../src/sql/sql.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { asSession, planOf, stepOf } from "./setting.ts"

const relation = { schema: "public", name: "people" }
const plan = planOf(
  [
    stepOf({
      id: "contract/people/hide-name",
      phase: "contract",
      sql: sql`ALTER TABLE "public"."people" RENAME COLUMN "name" TO "_sluice_name";`,
      observe: sql`SELECT 'before'`,
      relations: [relation],
    }),
  ],
  { versions: { roles: { old: null, new: null }, made: [], ended: [{ name: "v1", base: "public", revision: null }] } },
)

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({
    schema: `
      CREATE EXTENSION pg_stat_statements;
      CREATE TABLE people (id int NOT NULL, name text, full_name text) PARTITION BY RANGE (id);
      CREATE TABLE people_1 PARTITION OF people FOR VALUES FROM (0) TO (100);
      CREATE TABLE orgs (id int, name text);
      CREATE TABLE jobs (id int, person int);
      CREATE SCHEMA v1; CREATE VIEW v1.people AS SELECT id, name FROM people; CREATE VIEW v1.jobs AS SELECT * FROM jobs`,
  })
})
afterAll(() => database?.drop())

const look = async () => lookOf(await asSession(database.url, (session) => readStragglers(session, plan)), 1)

test("what an application runs in the old shape is found: at a partition and through the old version's views, too", async () => {
  const old = [
    "SELECT name FROM people",
    "UPDATE people_1 SET name = $1 WHERE id = $2",
    "SELECT id FROM v1.jobs",
    "SELECT jobs.id FROM jobs JOIN people ON jobs.person = people.id WHERE name = $1",
  ]
  const fresh = [
    "SELECT full_name FROM people",
    "SELECT id FROM jobs",
    "SELECT orgs.name FROM orgs JOIN people ON orgs.id = people.id",
    // Refused where both have the column: asked through views of the new version.
    "SELECT name FROM orgs JOIN (SELECT id FROM people) AS p ON orgs.id = p.id",
  ]
  for (const text of [...old, ...fresh])
    await database.query(text, text.includes("$2") ? ["x", 1] : text.includes("$1") ? ["x"] : undefined)
  const { statements, unknown, at } = await look()
  expect(statements.map(({ text }) => text).toSorted()).toEqual(old.toSorted())
  expect(unknown).toBeNull()
  expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000)
})

test("statements of our own that read the column don't count", async () => {
  await database.query(
    "SELECT pg_stat_statements_reset(0, (SELECT oid FROM pg_database WHERE datname = current_database()), 0)",
  )
  await asSession(database.url, async (session) => {
    await checkExpressions(session, [{ relation, subject: "up", expression: sql`lower(name)`, type: sql`text` }])
    const offending = sql`SELECT id::text AS key FROM public.people WHERE name IS NULL`
    await runDataChecks(session, [{ relation, code: "X", message: "m", hint: "h", sql: offending }])
    await session.transaction(() =>
      hashTable(session, { schema: "public", table: "people_1", columns: ["id", "name"] }),
    )
  })
  expect((await look()).statements).toEqual([])
})
