import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { hiddenTriggers } from "../../../src/operations/sync/hidden-columns.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "../archive/purging.ts"

/**
 * Columns of one row may have several collations, and `lower` or `=` say something else under each. Whatever computes a
 * column, a trigger, a comparison or the way back after purge, has to do it as the others do.
 */
let change: Purging
beforeAll(loadParser)
afterEach(() => change.end())

interface Case {
  readonly title: string
  readonly given: string
  readonly type: string
  readonly up: string
  readonly down: string
  readonly isFinal?: true
  /** What the new application writes, and what comes back of it. */
  readonly written: readonly (readonly [string, string])[]
}

const cases: readonly Case[] = [
  {
    title: `a column COLLATE "C" becomes one of the database's collation`,
    given: `CREATE TABLE people (id int PRIMARY KEY, name text COLLATE "C")`,
    type: "text",
    up: "lower(name)",
    down: "upper(low)",
    written: [
      ["äx", "ÄX"],
      ["y", "Y"],
    ],
  },
  {
    title: `the other way round, the new collation that of a domain`,
    given: `CREATE DOMAIN plain AS text COLLATE "C"; CREATE TABLE people (id int PRIMARY KEY, name text)`,
    type: "plain",
    up: "lower(name)",
    down: "upper(low)",
    written: [
      ["äx", "äX"],
      ["y", "Y"],
    ],
  },
  {
    title: "a domain's collation becomes that of the database",
    given: `CREATE DOMAIN plain AS text COLLATE "C"; CREATE TABLE people (id int PRIMARY KEY, name plain)`,
    type: "text",
    up: "lower(name)",
    down: "upper(low)",
    isFinal: true,
    written: [["äx", "ÄX"]],
  },
  {
    title: "a collation that finds 'a' = 'A'",
    given: `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE DOMAIN loosely AS text COLLATE loose; CREATE TABLE people (id int PRIMARY KEY, name text COLLATE "C")`,
    type: "loosely",
    up: "CASE WHEN name = 'PÄ1' THEN 'one' ELSE name END",
    down: "CASE WHEN low = 'NOBODY' THEN 'nobody at all' ELSE low END",
    written: [
      ["Nobody", "nobody at all"],
      ["PÄ1", "PÄ1"],
      ["pä2", "pä2"],
    ],
  },
]

const operations = ({ type, up, down }: Case) => [
  { add_column: { table: "people", column: { name: "low", type, nullable: true }, up } },
  { drop_column: { table: "people", column: "name", down } },
]

async function contracted(one: Case): Promise<void> {
  change = await Purging.begin(
    `${one.given}; INSERT INTO people SELECT n, 'PÄ' || n FROM generate_series(1, 4) AS n`,
    operations(one),
  )
  await change.contract()
}

/** One row for each. */
async function write({ written }: Case): Promise<void> {
  for (const [at, [value]] of written.entries()) {
    await change.query("UPDATE people SET low = $2 WHERE id = $1", [at + 1, value])
    await change.query("INSERT INTO people (id, low) VALUES ($1, $2)", [at + 101, value])
  }
}

async function expectBack({ written }: Case): Promise<void> {
  const rows = await change.query<{ id: number; name: string }>("SELECT id, name FROM people ORDER BY id")
  const old = rows.filter(({ id }) => id > written.length && id <= 100)
  expect(old).toEqual(old.map(({ id }) => ({ id, name: `PÄ${id}` })))
  for (const first of [1, 101])
    expect(rows.filter(({ id }) => id >= first && id < first + written.length)).toEqual(
      written.map(([, name], at) => ({ id: at + first, name })),
    )
}

async function touchTriggers(): Promise<void> {
  const [sync] = change.plan.syncs
  const names = (sync && hiddenTriggers(sync)?.triggers) ?? []
  await change.query("ALTER TABLE people DISABLE TRIGGER USER")
  for (const name of names) await change.query(`ALTER TABLE people ENABLE ALWAYS TRIGGER "${name}"`)
}

describe.each(cases)("$title", (one) => {
  test("what the new application writes is no alarm, before an undo and before the purge", async () => {
    await contracted(one)
    await write(one)
    await change.through("purge/people/compare-hidden")
    await touchTriggers()
    await change.back("contract/hide")
    await expectBack(one)
  })
})

// A column of a domain goes for good at purge.
describe.each(cases.filter(({ isFinal }) => isFinal !== true))("$title", (one) => {
  test("what the new application writes after the purge comes back as it would have before", async () => {
    await contracted(one)
    await change.through("purge/drop")
    await write(one)
    await change.back()
    await expectBack(one)
  })
})

test("what was written past the triggers is still found, and put right", async () => {
  const [one] = cases
  if (!one) throw new Error("no case")
  await contracted(one)
  await change.query("ALTER TABLE people DISABLE TRIGGER USER; UPDATE people SET low = 'äx' WHERE id = 1")
  await touchTriggers()
  await expect(change.through("purge/people/compare-hidden")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
  const marker = change.plan.syncs[0]?.marker
  await change.query(`UPDATE people SET "${marker}" = NULL WHERE id = 1`)
  await change.through("purge/people/compare-hidden")
  await change.back("contract/hide")
  expect(await change.query("SELECT name FROM people WHERE id = 1")).toEqual([{ name: "ÄX" }])
})

test("an expression over columns of several collations computes each under its own", async () => {
  change = await Purging.begin(
    `CREATE DOMAIN plain AS text COLLATE "C";
     CREATE TABLE people (id int PRIMARY KEY, name text);
     INSERT INTO people SELECT n, 'PÄ' || n || ' QÄ' || n FROM generate_series(1, 4) AS n`,
    [
      {
        add_column: {
          table: "people",
          column: { name: "a", type: "text", nullable: true },
          up: "split_part(name, ' ', 1)",
        },
      },
      {
        add_column: {
          table: "people",
          column: { name: "b", type: "plain", nullable: true },
          up: "split_part(name, ' ', 2)",
        },
      },
      { drop_column: { table: "people", column: "name", down: `upper(a) || ' ' || (upper(b) COLLATE "default")` } },
    ],
  )
  const update = (id: number) => change.query("UPDATE people SET a = 'äa', b = 'äb' WHERE id = $1", [id])
  await change.contract()
  await update(1)
  await change.through("purge/drop")
  await update(2)
  await change.back()
  expect(await change.query("SELECT name FROM people ORDER BY id")).toEqual(
    ["ÄA äB", "ÄA äB", "PÄ3 QÄ3", "PÄ4 QÄ4"].map((name) => ({ name })),
  )
})

test("more columns are compared than a function can have arguments", async () => {
  const numbers = Array.from({ length: 60 }, (_, at) => at + 1)
  change = await Purging.begin(
    `CREATE TABLE people (id int PRIMARY KEY, ${numbers.map((n) => `c${n} text`).join(", ")}); INSERT INTO people VALUES (1, 'A')`,
    [
      ...numbers.map((n) => ({
        add_column: { table: "people", column: { name: `d${n}`, type: "text", nullable: true }, up: `lower(c${n})` },
      })),
      ...numbers.map((n) => ({ drop_column: { table: "people", column: `c${n}`, down: `upper(d${n})` } })),
    ],
  )
  await change.contract()
  await change.query("UPDATE people SET d60 = 'z'")
  await change.through("purge/people/compare-hidden")
  await change.back("contract/hide")
  expect(await change.query("SELECT c1, c60 FROM people")).toEqual([{ c1: "A", c60: "Z" }])
})
