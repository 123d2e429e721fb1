import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { catalogWish, compilePlan } from "../../../src/planner/compile.ts"
import { readCatalog } from "../../../src/postgres/catalog-reader.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { asSession } from "../../execution/setting.ts"
import { revision, target } from "../../planner/sample-catalog.ts"
import { Purging } from "../archive/purging.ts"

// Hiding drops a column's unique indexes, and the way back builds them from their definitions, which say nothing of a
// comment, of an expression's statistics target and of CLUSTER: an undo left all three behind.

beforeAll(loadParser)

const indexes = (table: string): string => `
  ALTER TABLE ${table} ADD CONSTRAINT pair UNIQUE (score, sku);
  COMMENT ON INDEX pair IS 'It''s a pair';
  CREATE UNIQUE INDEX lower_alone ON ${table} (id, lower(score), (sku + 1)) INCLUDE (score);
  ALTER INDEX lower_alone ALTER COLUMN 2 SET STATISTICS 77, ALTER COLUMN 3 SET STATISTICS 0;
  CREATE UNIQUE INDEX alone ON ${table} (score, id);
  COMMENT ON INDEX alone IS 'alone';
  ALTER TABLE ${table} CLUSTER ON alone;
  CREATE INDEX plain ON ${table} (score);
  COMMENT ON INDEX plain IS 'lives on';`
const people = `CREATE TABLE people (id int PRIMARY KEY, score text, sku int);
  INSERT INTO people SELECT n, n::text, n FROM generate_series(1, 5) AS n; ${indexes("people")}`
const parts = `CREATE TABLE people (id int PRIMARY KEY, score text, sku int) PARTITION BY RANGE (id);
  CREATE TABLE low PARTITION OF people DEFAULT; INSERT INTO people SELECT n, n::text, n FROM generate_series(1, 5) AS n;
  ${indexes("low")}`

const drop = { drop_column: { table: "people", column: "score" } }
const dropComputed = { drop_column: { table: "people", column: "score", down: "sku::text" } }
const rename = { rename_column: { table: "people", from: "score", to: "points" } }

/** What is said of each index besides its definition. */
function said(change: Purging): Promise<object[]> {
  return change.query(
    `SELECT c.relname::text AS name, obj_description(c.oid, 'pg_class') AS comment, x.indisclustered AS clustered,
            ARRAY (SELECT a.attnum || ': ' || a.attstattarget FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attstattarget >= 0 ORDER BY a.attnum) AS targets
       FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid
      WHERE x.indrelid IN ('people'::regclass, to_regclass('low')) AND NOT x.indisprimary ORDER BY 1`,
  )
}

const all = [
  { name: "alone", comment: "alone", clustered: true, targets: [] },
  { name: "lower_alone", comment: null, clustered: false, targets: ["2: 77", "3: 0"] },
  { name: "pair", comment: "It's a pair", clustered: false, targets: [] },
  { name: "plain", comment: "lives on", clustered: false, targets: [] },
]

describe.each([
  ["a column that is only kept", people, drop],
  ["a column that is computed", people, dropComputed],
  ["a column that another one replaces", people, rename],
  ["a partition's column", parts, drop],
])("what was said of the unique indexes of %s", (_, given, operation) => {
  test.each(["contract/hide", "purge/drop"])("is said of them again after %s", async (last) => {
    const change = await Purging.begin(given, [operation])
    onTestFinished(() => change.end())
    expect(await said(change)).toEqual(all)
    await change.through(last)
    await change.back()
    expect(await said(change)).toEqual(all)
  })
})

test("it is said as it was when the plan was made, whatever somebody has said since", async () => {
  const change = await Purging.begin(people, [drop])
  onTestFinished(() => change.end())
  await change.query("COMMENT ON INDEX alone IS 'another'; ALTER TABLE people SET WITHOUT CLUSTER")
  await change.through("contract/hide")
  await change.back("contract/people/unique-alone/index")
  await change.query("COMMENT ON INDEX alone IS 'meanwhile'")
  await change.back()
  expect(await said(change)).toEqual(all)
})

test("it is a step only of a plan that takes such an index away, and no part of a table's shape", async () => {
  const change = await Purging.begin(people, [drop])
  onTestFinished(() => change.end())
  const revisions = [revision("0002_drop", drop)]
  const planned = async () => {
    const catalog = await asSession(change.database.url, (session) =>
      readCatalog(session, catalogWish(revisions, target)),
    )
    const { plan } = compilePlan({ revisions, catalog, target })
    return { shapes: plan?.shapes, said: plan?.steps.filter(({ id }) => id.endsWith("/said")).map(({ id }) => id) }
  }
  const before = await planned()
  expect(before.said).toEqual([
    "contract/people/unique-alone/said",
    "contract/people/unique-lower_alone/said",
    "contract/people/unique-pair/said",
  ])
  await change.query(`COMMENT ON INDEX alone IS NULL; COMMENT ON INDEX pair IS NULL; ALTER TABLE people SET WITHOUT CLUSTER;
    ALTER INDEX lower_alone ALTER COLUMN 2 SET STATISTICS -1, ALTER COLUMN 3 SET STATISTICS -1;`)
  expect(await planned()).toEqual({ shapes: before.shapes, said: [] })
})
