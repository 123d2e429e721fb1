import { afterEach, beforeEach, expect, test } from "vitest"
import { subscriberFindings } from "../../src/execution/precheck/subscribers.ts"
import { sql } from "../../src/sql/sql.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession } from "./setting.ts"

// A subscriber whose table lacks a column that is sent stops, and its slot keeps the publisher's log: seen from expand on.

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({
    schema: `CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10)`,
  })
})
afterEach(() => database.drop())

const adds = addColumnStep("c", {
  sql: sql`ALTER TABLE "public"."t"
  ADD COLUMN "price" numeric(10,2),
  ADD COLUMN "Odd, ""one" text NOT NULL;
CREATE TABLE other ()`,
})
const found = (steps = [adds]) => asSession(database.url, (session) => subscriberFindings(session, { steps }))

test.each(["FOR ALL TABLES", "FOR TABLE t", "FOR TABLE t_1", "FOR TABLES IN SCHEMA public"])(
  "a table that is published %s is told beforehand, with what its subscribers need",
  async (what) => {
    await database.query(`CREATE PUBLICATION pub ${what}`)
    const [finding] = await found()
    expect(finding).toMatchObject({ code: "SUBSCRIBER_STOPS", severity: "warning", subject: "public.t" })
    expect(finding?.hint).toContain(
      `ALTER TABLE "public"."t" ADD COLUMN "price" numeric(10,2), ADD COLUMN "Odd, ""one" text;`,
    )
  },
)

test.each([
  ["nothing is published", "SELECT"],
  ["only some columns are sent", "CREATE PUBLICATION pub FOR TABLE t (id) WITH (publish_via_partition_root = true)"],
  ["nothing of rows is sent", "CREATE PUBLICATION pub FOR TABLE t WITH (publish = 'truncate')"],
])("nothing is told where %s", async (_, statement) => {
  await database.query(statement)
  expect(await found()).toEqual([])
})

test("nothing is told of columns that come at contract or on the way back alone", async () => {
  await database.query("CREATE PUBLICATION pub FOR ALL TABLES")
  expect(
    await found([
      { ...adds, phase: "contract" },
      { ...adds, back: true },
    ]),
  ).toEqual([])
})
