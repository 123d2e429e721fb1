import { afterEach, beforeAll, expect, test } from "vitest"
import { addColumn } from "../../src/operations/add-column.ts"
import type { AddColumnInput } from "../../src/operations/add-column/input.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { withSession } from "../../src/postgres/session.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase } from "../harness/database.ts"
import type { TestDatabase } from "../harness/database.ts"
import { planContext } from "./plan-context.ts"

let database: TestDatabase
beforeAll(loadParser)
afterEach(() => database.drop())

/** The keys that each check of an add_column to `users` finds. */
async function findings(given: string, input: Omit<AddColumnInput, "table">): Promise<Record<string, string[]>> {
  database = await createDatabase({ schema: given })
  return withSession({ url: database.url, applicationName: "test" }, async (session) => {
    const relations = [
      { schema: "public", name: "users" },
      { schema: "public", name: "teams" },
    ]
    const functions = [
      { schema: null, name: "lower" },
      { schema: null, name: "nullif" },
    ]
    const catalog = await readCatalog(session, { schemas: ["public"], relations, functions })
    const found: Record<string, string[]> = {}
    for (const check of addColumn.dataChecks({ table: "users", ...input }, catalog, planContext(catalog))) {
      const rows = await session.query<{ key: string }>(check.sql)
      expect(rows.every((row) => Object.keys(row).join() === "key" && typeof row.key === "string")).toBe(true)
      found[check.code] = rows.map(({ key }) => key).toSorted()
    }
    return found
  })
}

const users =
  "CREATE TABLE users (id int PRIMARY KEY, name text); INSERT INTO users VALUES (1, 'ada'), (2, NULL), (3, 'Ada'), (4, 'eve    ');"

test("rows that the new column can't hold are found, each by its key", async () => {
  const column = {
    name: "nick",
    type: "varchar(3)",
    unique: true,
    check: { name: "c", constraint: "nick <> 'eve'" },
  }
  expect(
    await findings(`${users} INSERT INTO users VALUES (5, 'zacharias'), (6, 'eve')`, { column, up: "lower(name)" }),
  ).toEqual({
    VALUE_IS_NULL: ["2"],
    VALUE_TOO_LONG: ["5"],
    CHECK_VIOLATED: ["4", "6"],
    DUPLICATE_VALUES: ["1", "3"],
  })
})

test("rows that would point nowhere", async () => {
  const column = { name: "team", type: "int", nullable: true, references: { name: "f", table: "teams", column: "id" } }
  const given = `${users} CREATE TABLE teams (id int PRIMARY KEY); INSERT INTO teams VALUES (1), (2), (3)`
  expect(await findings(given, { column, up: "id" })).toEqual({ REFERENCED_ROW_MISSING: ["4"] })
})

test("a constant default under a unique constraint", async () => {
  const column = { name: "x", type: "int", default: 7, unique: true }
  expect(await findings(users, { column })).toEqual({ DUPLICATE_VALUES: ["1", "2", "3", "4"] })
})

test("keys of several columns, and rows without a key by their place", async () => {
  const column = { name: "x", type: "text" }
  const given =
    "CREATE TABLE users (a int, b text, name text, PRIMARY KEY (a, b)); INSERT INTO users VALUES (1, 'x,y', NULL)"
  expect(await findings(given, { column, up: "name" })).toEqual({ VALUE_IS_NULL: ['(1,"x,y")'] })
  await database.drop()
  expect(
    await findings("CREATE TABLE users (name text); INSERT INTO users VALUES (NULL)", { column, up: "name" }),
  ).toEqual({
    VALUE_IS_NULL: ["(0,1)"],
  })
})

test("no row, no finding; nothing to compute, nothing to ask", async () => {
  expect(
    await findings("CREATE TABLE users (id int PRIMARY KEY)", { column: { name: "x", type: "text", nullable: true } }),
  ).toEqual({})
})
