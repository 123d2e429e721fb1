import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "../operations/archive/purging.ts"

/**
 * A plan refuses a table that others inherit from. One that is made while the run waits is out of reach of triggers and
 * comparisons, and what drops a column of the parent drops its values too.
 */
const people = `
  CREATE TABLE people (id int PRIMARY KEY, name text);
  INSERT INTO people SELECT n, 'Person ' || n FROM generate_series(1, 50) AS n`
const splitName = [
  {
    add_column: {
      table: "people",
      column: { name: "first_name", type: "text", nullable: true },
      up: "split_part(name, ' ', 1)",
    },
  },
  {
    add_column: {
      table: "people",
      column: { name: "last_name", type: "text", nullable: true },
      up: "ltrim(substr(name, strpos(name || ' ', ' ')))",
    },
  },
  { drop_column: { table: "people", column: "name", down: "first_name || ' ' || last_name" } },
]
const refused = {
  kind: "RefusedError",
  code: "INHERITED_TABLE",
  finding: { hint: expect.stringContaining("NO INHERIT") },
}

let change: Purging
beforeAll(loadParser)
beforeEach(async () => {
  change = await Purging.begin(people, splitName)
})
afterEach(() => change.end())

const makeHeir = () =>
  change.query("CREATE TABLE kid (extra int) INHERITS (people); INSERT INTO kid (id) VALUES (1000)")

describe("nothing more is done that would miss the rows of a table that inherits", () => {
  test.each([
    ["the filling", "expand/people/sync", "backfill/people/fill"],
    ["the comparison", "backfill/people/fill", "verify/people/compare"],
    ["the last comparison", "verify/people/compare", "contract/people/compare"],
    ["the contract", "contract/people/compare", "contract/hide"],
    ["the archive", "contract/hide", "purge/people/archive"],
    ["the drop", "purge/people/compare", "purge/drop"],
  ])("%s", async (_, before, step) => {
    await change.through(before)
    await makeHeir()
    await expect(change.through(step)).rejects.toMatchObject(refused)
    await change.query("ALTER TABLE kid NO INHERIT people")
    await change.through(step)
  })
})

test("nor does the old shape come back after contract", async () => {
  await change.contract()
  await makeHeir()
  await expect(change.back("contract/hide")).rejects.toMatchObject(refused)
  await change.query("ALTER TABLE kid NO INHERIT people")
  await change.back("contract/hide")
})

test("an abort before contract isn't held up", async () => {
  await change.through("verify/people/compare")
  await makeHeir()
  await change.back()
  expect(await change.query("SELECT id FROM people WHERE id = 1000")).toEqual([{ id: 1000 }])
})

test("a partition is none", async () => {
  await change.end()
  change = await Purging.begin(
    `CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
     CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100)`,
    splitName,
  )
  await change.through("expand/people/sync")
  await change.query("CREATE TABLE people_high PARTITION OF people FOR VALUES FROM (100) TO (200)")
  await change.through("purge/drop")
})
