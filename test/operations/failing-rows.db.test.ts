import { afterEach, beforeAll, expect, test } from "vitest"
import { addColumn } from "../../src/operations/add-column.ts"
import { alterColumn } from "../../src/operations/alter-column.ts"
import type { DataCheck } from "../../src/domain/plan.ts"
import type { Catalog } from "../../src/catalog/model.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { runDataChecks, type DataCheckResult } from "../../src/postgres/data-checks.ts"
import { withSession } from "../../src/postgres/session.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase } from "../harness/database.ts"
import type { TestDatabase } from "../harness/database.ts"
import { planContext } from "./plan-context.ts"

let database: TestDatabase
beforeAll(loadParser)
afterEach(() => database.drop())

/** What precheck says of the promises of an operation on `"Member"`. */
async function checked(given: string, checksOf: (catalog: Catalog) => readonly DataCheck[]): Promise<DataCheckResult> {
  database = await createDatabase({ schema: given })
  return withSession({ url: database.url, applicationName: "test" }, async (session) => {
    const relations = [{ schema: "public", name: "Member" }]
    const catalog = await readCatalog(session, { schemas: ["public"], relations, functions: [] })
    return runDataChecks(session, checksOf(catalog))
  })
}

const asNumber = (catalog: Catalog): readonly DataCheck[] =>
  alterColumn.dataChecks(
    {
      table: "Member",
      column: "loyaltyPoints",
      type: "int",
      nullable: false,
      check: { name: "some", constraint: '"loyaltyPoints" >= 0' },
      up: '"loyaltyPoints"::int',
      down: '"loyaltyPoints"::text',
    },
    catalog,
    planContext(catalog),
  )

const member = 'CREATE TABLE "Member" (id int PRIMARY KEY, "loyaltyPoints" text)'

test("rows whose value can't be computed are told once, with what is wrong, and by their keys", async () => {
  const rows = `INSERT INTO "Member" SELECT i, CASE WHEN i IN (17, 4711) THEN 'secret' ELSE '5' END FROM generate_series(1, 5000) AS i`
  const { findings, keys } = await checked(`${member}; ${rows}`, asNumber)
  expect(findings).toMatchObject([
    {
      code: "DATA_REJECTED",
      subject: 'public."Member"',
      message:
        'public."Member".loyaltyPoints: `up` fails for these rows (2 rows): a text can\'t be read as a value of the type (SQLSTATE 22P02)',
      hint: "Change these rows, or the expression so that it takes them; `sluice status` lists their keys.",
    },
  ])
  expect(keys).toEqual([
    { code: "DATA_REJECTED", relation: { schema: "public", name: "Member" }, keys: ["17", "4711"] },
  ])
})

test("also in a table with a column that bears the name by which our statement calls the table", async () => {
  const given = `CREATE TABLE "Member" (id int PRIMARY KEY, t text, "loyaltyPoints" text);
    INSERT INTO "Member" VALUES (1, 'x', '5'), (2, 'y', 'secret')`
  expect((await checked(given, asNumber)).keys).toMatchObject([{ code: "DATA_REJECTED", keys: ["2"] }])
})

test("of very many failing rows the first hundred are known, and that there are more", async () => {
  const rows = `INSERT INTO "Member" SELECT i, 'many' FROM generate_series(1, 101) AS i`
  const { findings, keys } = await checked(`${member}; ${rows}`, asNumber)
  expect(findings[0]?.message).toContain("(at least 100 rows)")
  expect(keys[0]?.keys).toHaveLength(100)
})

test("a function that raises an error, and rows of a partitioned table without a key", async () => {
  const given = `CREATE TABLE "Member" (id int, name text) PARTITION BY RANGE (id);
    CREATE TABLE low PARTITION OF "Member" FOR VALUES FROM (0) TO (10);
    CREATE FUNCTION nick(name text) RETURNS text IMMUTABLE LANGUAGE plpgsql
      AS $$ BEGIN IF name = 'bob' THEN RAISE 'no bob'; END IF; RETURN name; END $$;
    INSERT INTO "Member" VALUES (1, 'ada'), (2, 'bob')`
  const column = { name: "nick", type: "text", nullable: false }
  const { findings, keys } = await checked(given, (catalog) =>
    addColumn.dataChecks({ table: "Member", column, up: "public.nick(name)" }, catalog, planContext(catalog)),
  )
  expect(findings).toMatchObject([{ code: "RAISED_BY_DATABASE" }])
  expect(keys.map((found) => found.keys)).toEqual([["(0,2)"]])
})
