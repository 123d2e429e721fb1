import { beforeAll, describe, expect, test } from "vitest"
import type { SqlStep } from "../../src/domain/step.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { checkExpressions } from "../../src/postgres/expressions.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { asSession, attemptOf, Witness } from "../execution/setting.ts"
import { createDatabase } from "../harness/database.ts"
import type { TestDatabase } from "../harness/database.ts"
import { offending } from "./offending.ts"
import { plannedRun } from "./planned-run.ts"

beforeAll(loadParser)

const create = (input: Record<string, unknown>): Record<string, unknown> => ({
  create_constraint: { table: "t", name: "c", ...input },
})

describe("rows that a constraint would refuse are found before anything is touched", () => {
  test("a check: false counts, unknown doesn't", async () => {
    const given =
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t VALUES (1, 1, 2), (2, 2, 1), (3, NULL, 1)"
    expect(await offending(given, create({ type: "check", check: "a < b" }))).toEqual({ "CHECK_VIOLATED c": ["2"] })
  })

  test("unique: rows with a NULL among the columns are no duplicates, unless NULL equals NULL", async () => {
    const given = `CREATE TABLE t (id int PRIMARY KEY, a int, b text);
      INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'x'), (3, 1, NULL), (4, 1, NULL), (5, NULL, NULL), (6, 2, 'x')`
    const unique = { type: "unique", columns: ["a", "b"] }
    expect(await offending(given, create(unique))).toEqual({ "DUPLICATE_VALUES c": ["1", "2"] })
    expect(await offending(given, create({ ...unique, nulls_not_distinct: true }))).toEqual({
      "DUPLICATE_VALUES c": ["1", "2", "3", "4"],
    })
  })

  test("a primary key: NULLs and duplicates, of a table without a key by the place of its rows", async () => {
    const given = "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 1), (NULL, 1), (2, 2)"
    expect(await offending(given, create({ type: "primary_key", columns: ["a", "b"] }))).toEqual({
      "VALUE_IS_NULL c": ["(0,3)"],
      "DUPLICATE_VALUES c": ["(0,1)", "(0,2)"],
    })
  })

  const pair = `CREATE TABLE p (x int, y text, UNIQUE (x, y)); INSERT INTO p VALUES (1, 'a'), (NULL, 'a'), (2, NULL);
    CREATE TABLE t (id int PRIMARY KEY, a text, b int);
    INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 1), (3, NULL, 9), (4, 'a', NULL), (5, NULL, NULL), (6, 'a', 2)`
  const reference = { table: "p", columns: ["y", "x"] }

  test("a foreign key: rows with a NULL among the columns point nowhere and miss nothing", async () => {
    const key = { type: "foreign_key", columns: ["a", "b"], references: reference }
    expect(await offending(pair, create(key))).toEqual({ "REFERENCED_ROW_MISSING c": ["2", "6"] })
  })

  test("a foreign key with MATCH FULL: some NULLs break it too, only NULLs don't", async () => {
    const key = { type: "foreign_key", columns: ["a", "b"], references: { ...reference, match_type: "FULL" } }
    expect(await offending(pair, create(key))).toEqual({ "REFERENCED_ROW_MISSING c": ["2", "3", "4", "6"] })
  })

  test("a foreign key of types that aren't PostgreSQL's own, and rows of heirs, which don't count", async () => {
    const given = `CREATE SCHEMA shop; CREATE DOMAIN shop.code AS text; CREATE TYPE shop.mood AS ENUM ('ok', 'sad', 'odd');
      CREATE TABLE p (x shop.code, m shop.mood, UNIQUE (x, m)); INSERT INTO p VALUES ('a', 'ok'), (NULL, 'ok');
      CREATE TABLE heir () INHERITS (p); INSERT INTO heir VALUES ('a', 'odd');
      CREATE TABLE t (id int PRIMARY KEY, a shop.code, b shop.mood);
      INSERT INTO t VALUES (1, 'a', 'ok'), (2, 'a', 'sad'), (3, NULL, 'ok'), (4, 'b', 'ok'), (5, 'a', 'odd')`
    const key = { type: "foreign_key", columns: ["a", "b"], references: { table: "p", columns: ["x", "m"] } }
    expect(await offending(given, create(key))).toEqual({ "REFERENCED_ROW_MISSING c": ["2", "4", "5"] })
  })

  test("a foreign key of a table to itself, over a column that is filled", async () => {
    const given = "CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, '2'), (2, '7'), (3, NULL)"
    const column = { name: "boss", type: "int", nullable: true }
    const key = { type: "foreign_key", columns: ["boss"], references: { table: "t", columns: ["id"] } }
    const operations = [{ add_column: { table: "t", column, up: "name::int" } }, create(key)]
    expect(await offending(given, ...operations)).toEqual({ "REFERENCED_ROW_MISSING c": ["2"] })
  })

  test("of a table without rows nothing", async () => {
    const given = "CREATE TABLE t (id int PRIMARY KEY, a int)"
    expect(await offending(given, create({ type: "unique", columns: ["a"] }))).toEqual({})
  })
})

const tables = `CREATE TABLE p (x int, y text, CONSTRAINT p_key UNIQUE (x, y)); CREATE TABLE q (x int, y text, UNIQUE (x, y));
  CREATE TABLE t (id int, a int, b text, j json)`
const pointing = { type: "foreign_key", columns: ["a", "b"], references: { table: "p", columns: ["x", "y"] } }

test("what PostgreSQL would refuse later is refused when the plan is made", async () => {
  const database = await createDatabase({ schema: tables })
  const { plan } = await plannedRun(database, [
    create({ ...pointing, name: "types", columns: ["b", "a"] }),
    create({ name: "condition", type: "check", check: "a" }),
    create({ name: "operator", type: "check", check: "a > b" }),
    create({ name: "order", type: "unique", columns: ["a", "j"] }),
    create({ ...pointing, name: "fine" }),
  ])
  const findings = await asSession(database.url, (session) => checkExpressions(session, plan.expressionChecks))
  expect(findings.map(({ subject }) => subject)).toEqual([
    "public.t: types: b",
    "public.t: types: a",
    "public.t: condition: check",
    "public.t: operator: check",
    "public.t: order: j",
  ])
  await database.drop()
})

async function observed(database: TestDatabase, { observe }: SqlStep): Promise<unknown> {
  return Object.values((await database.query<object>(observe))[0] ?? {})[0]
}

describe("what somebody else has made in the meantime under the constraint's name", () => {
  const unique = { type: "unique", columns: ["a", "b"] }
  test.each<[string, Record<string, unknown>, string, string]>([
    ["is it: a check in other words", { type: "check", check: "a > 0" }, "CHECK (0 < a)", "observed"],
    ["isn't it: a check of another column", { type: "check", check: "a > 0" }, "CHECK (id > 0)", "refused"],
    [
      "isn't it: a check that heirs don't have",
      { type: "check", check: "a > 0" },
      "CHECK (a > 0) NO INHERIT",
      "refused",
    ],
    ["isn't it: unique instead of a check", { type: "check", check: "a > 0" }, "UNIQUE (a)", "refused"],
    ["is it: a foreign key", pointing, "FOREIGN KEY (a, b) REFERENCES p (x, y)", "observed"],
    ["isn't it: a foreign key to another table", pointing, "FOREIGN KEY (a, b) REFERENCES q (x, y)", "refused"],
    [
      "isn't it: a foreign key that does more",
      pointing,
      "FOREIGN KEY (a, b) REFERENCES p (x, y) ON DELETE CASCADE",
      "refused",
    ],
    [
      "isn't it: a foreign key that is deferred",
      pointing,
      "FOREIGN KEY (a, b) REFERENCES p (x, y) INITIALLY DEFERRED",
      "refused",
    ],
    [
      "isn't it: a foreign key matched in full",
      pointing,
      "FOREIGN KEY (a, b) REFERENCES p (x, y) MATCH FULL",
      "refused",
    ],
    ["isn't it: columns in another order", unique, "UNIQUE (b, a)", "refused"],
    ["isn't it: a unique constraint that is deferrable", unique, "UNIQUE (a, b) DEFERRABLE", "refused"],
  ])("%s, and stays", async (_, input, definition, expected) => {
    const database = await createDatabase({ schema: tables })
    const { run, steps } = await plannedRun(database, [create(input)])
    const constraints = (): Promise<readonly object[]> =>
      database.query("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass")
    await database.query(`ALTER TABLE t ADD CONSTRAINT c ${definition}`)
    const before = await constraints()
    const [first] = steps
    if (!first) throw new Error("steps were expected")
    const outcome = performStep(run, first, attemptOf(), new Witness())
    if (expected === "observed") expect(await outcome).toBe("observed")
    else await expect(outcome).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    for (const step of steps) expect(await observed(database, step)).toBe(expected === "observed" ? "after" : "other")
    for (const step of steps.toReversed()) await undoStep(run, step, attemptOf({ number: 2 }), new Witness())
    expect(await constraints()).toEqual(before)
    await database.drop()
  })
})

test("a foreign key of a partitioned table takes over those of its partitions", async () => {
  const database = await createDatabase({
    schema: `CREATE TABLE p (x int PRIMARY KEY); INSERT INTO p VALUES (1);
      CREATE TABLE t (a int, d date) PARTITION BY RANGE (d);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); INSERT INTO t VALUES (1, '2024-02-02')`,
  })
  const key = { type: "foreign_key", columns: ["a"], references: { table: "p", columns: ["x"] } }
  const { run, steps } = await plannedRun(database, [create(key)])
  for (const step of steps) expect(await performStep(run, step, attemptOf(), new Witness())).toBe("done")
  const parts = await database.query(
    "SELECT o.conname AS name, above.conrelid::regclass::text AS above FROM pg_constraint AS o JOIN pg_constraint AS above ON above.oid = o.conparentid WHERE o.conrelid = 't1'::regclass",
  )
  expect(parts).toEqual([{ name: "c", above: "t" }])
  for (const step of steps.toReversed()) await undoStep(run, step, attemptOf({ number: 2 }), new Witness())
  expect(await database.query("SELECT FROM pg_constraint WHERE contype = 'f'")).toEqual([])
  await database.drop()
})
