import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "../archive/purging.ts"
import { plannedFindings } from "../planned-findings.ts"

/**
 * A column's type may be a domain. A value that is too long for the type below it has to be an error, as it is for a
 * column of that type itself: cut, it would pass every comparison, and an undo would leave what was cut.
 */
let change: Purging | undefined
beforeAll(loadParser)
afterEach(async () => {
  await change?.end()
  change = undefined
})

const column = (name: string, type: string, up: string) => ({
  add_column: { table: "people", column: { name, type, nullable: true }, up },
})
const dropName = { drop_column: { table: "people", column: "name", down: "full_name" } }

describe("a domain over a type with a length", () => {
  const short = "CREATE DOMAIN short AS varchar(10); CREATE DOMAIN shorter AS short;"

  test.each([
    ["short", "name"],
    ["shorter", "name"],
    ["short[]", "ARRAY[name]"],
  ])("%s: what is too long is told before the gate or stops the backfill, and is not cut", async (type, up) => {
    const given = `${short} CREATE TABLE people (id int PRIMARY KEY, name text); INSERT INTO people VALUES (1, 'Adalbert the Great')`
    change = await Purging.begin(given, [column("label", type, up)])
    await expect(change.through("backfill/people/fill")).rejects.toMatchObject({ code: "DATA_REJECTED" })
  })

  test("the rows that it can't hold are found by the plan's own check", async () => {
    const given = `${short} CREATE TABLE people (id int PRIMARY KEY, name text); INSERT INTO people VALUES (1, 'Ada'), (2, 'Adalbert the Great')`
    change = await Purging.begin(given, [column("label", "shorter", "name")])
    const [check] = change.plan.dataChecks.filter(({ code }) => code === "VALUE_TOO_LONG")
    expect(await change.query(check?.sql ?? "")).toEqual([{ key: "2" }])
  })

  test("what the new application writes too long for the old column is refused, and in keep never left cut", async () => {
    const given = `${short} CREATE TABLE people (id int PRIMARY KEY, name short NOT NULL); INSERT INTO people VALUES (1, 'Ada'), (2, 'Bob')`
    change = await Purging.begin(given, [column("full_name", "text", "name"), dropName])
    await change.through("verify/people/compare")
    await expect(change.query("UPDATE people SET full_name = 'Adalbert the Great' WHERE id = 1")).rejects.toMatchObject(
      { code: "22001" },
    )
    await change.contract()
    await change.query("UPDATE people SET full_name = 'Adalbert the Great' WHERE id = 1")
    await change.query("UPDATE people SET full_name = 'Bobby' WHERE id = 2")
    expect(await change.query(`SELECT "${hiddenColumn(change)}" AS hidden FROM people ORDER BY id`)).toEqual([
      { hidden: null },
      { hidden: "Bobby" },
    ])
  })
})

test.each([
  ["added", { add_column: { table: "people", column: { name: "label", type: "word", nullable: true }, up: "name" } }],
  ["the second one of a rename", { rename_column: { table: "people", from: "known_as", to: "label" } }],
  [
    "the second one of another value",
    { alter_column: { table: "people", column: "known_as", up: "name", down: "''" } },
  ],
])("a domain with a check is refused for a new column, %s: it would write the table anew", async (_, operation) => {
  const given = `CREATE DOMAIN word AS text CHECK (VALUE <> '');
    CREATE TABLE people (id int PRIMARY KEY, name text, known_as word)`
  expect(await codesOf(given, [operation])).toContain("DOMAIN_REWRITES")
})

describe("a domain with a default", () => {
  const drop = (column: string, down: string) => ({ drop_column: { table: "people", column, down } })

  test("is no write of the new shape where the old application's INSERT leaves it in the new column", async () => {
    const given = `CREATE DOMAIN anon AS text DEFAULT 'anon'; CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL); INSERT INTO people VALUES (1, 'Ada')`
    change = await Purging.begin(given, [column("full_name", "anon", "name"), drop("name", "full_name")])
    await change.through("expand/people/sync")
    await change.query("INSERT INTO people (id, name) VALUES (2, 'Grace')")
    await change.through("contract/people/compare")
    expect(await change.query("SELECT name, full_name FROM people ORDER BY id")).toEqual([
      { name: "Ada", full_name: "Ada" },
      { name: "Grace", full_name: "Grace" },
    ])
  })

  test("is no write of the old shape where the new application's INSERT leaves it in the old column", async () => {
    const given = "CREATE DOMAIN anon AS text DEFAULT 'anon'; CREATE TABLE people (id int PRIMARY KEY, name anon)"
    change = await Purging.begin(given, [column("full_name", "text", "name"), drop("name", "full_name")])
    await change.through("verify/people/compare")
    await change.query("INSERT INTO people (id, full_name) VALUES (2, 'Grace')")
    expect(await change.query("SELECT name, full_name FROM people")).toEqual([{ name: "Grace", full_name: "Grace" }])
  })

  test("that is another each time is refused for a new column: nobody could tell who wrote it", async () => {
    const given =
      "CREATE DOMAIN stamp AS timestamptz DEFAULT clock_timestamp(); CREATE TABLE people (id int PRIMARY KEY, at text)"
    expect(await codesOf(given, [column("seen", "stamp", "at::timestamptz")])).toContain("DOMAIN_DEFAULT")
  })

  const token = (more: object) => ({
    add_column: { table: "people", column: { name: "token", type: "rnd", nullable: true, ...more } },
  })
  const random = `CREATE DOMAIN rnd AS text DEFAULT gen_random_uuid()::text; CREATE TABLE people (id int PRIMARY KEY);
    INSERT INTO people VALUES (1), (2)`

  test("that is another for each row is refused where nothing fills the column: the table would be written anew", async () => {
    expect(await codesOf(random, [token({})])).toContain("DOMAIN_REWRITES")
  })

  test("gives way to a default of the column's own, and no row is written", async () => {
    change = await Purging.begin(random, [token({ default: "'none'" })])
    const file = "SELECT pg_relation_filenode('people') AS file"
    const before = await change.query(file)
    await change.through("expand/people/add-column-token")
    expect(await change.query(file)).toEqual(before)
    expect(await change.query("SELECT DISTINCT token FROM people")).toEqual([{ token: "none" }])
  })
})

describe("a domain that allows no NULL", () => {
  const given = "CREATE DOMAIN nn AS text NOT NULL; CREATE TABLE people (id int PRIMARY KEY, name nn)"

  test.each([
    ["computed by down", dropName],
    ["left empty by INSERTs", { drop_column: { table: "people", column: "name" } }],
  ])("can't be the type of a hidden column, %s: it may have to hold NULL", async (_, drop) => {
    expect(await codesOf(given, [column("full_name", "text", "name"), drop])).toContain("DOMAIN_FORBIDS_NULL")
  })

  test("nor one whose check NULL fails", async () => {
    const checked = given.replace("AS text NOT NULL", "AS text CHECK (VALUE IS NOT NULL AND VALUE <> '')")
    expect(await codesOf(checked, [column("full_name", "text", "name"), dropName])).toContain("DOMAIN_FORBIDS_NULL")
    const harmless = given.replace("AS text NOT NULL", "AS text CHECK (VALUE <> '')")
    expect(await codesOf(harmless, [column("full_name", "text", "name"), dropName])).not.toContain(
      "DOMAIN_FORBIDS_NULL",
    )
  })

  const people = "CREATE DOMAIN nn AS text NOT NULL; CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL)"

  test.each([
    ["added", { add_column: { table: "people", column: { name: "label", type: "nn", nullable: true } } }],
    [
      "added, with a default",
      { add_column: { table: "people", column: { name: "label", type: "nn", default: "'x'" } } },
    ],
    ["filled by up", { add_column: { table: "people", column: { name: "label", type: "nn" }, up: "name" } }],
    ["altered to it", { alter_column: { table: "people", column: "name", type: "nn", up: "name", down: "name" } }],
  ])("can't be the type of a new column, %s: rows hold NULL in it until they are filled", async (_, operation) => {
    expect(await codesOf(people, [operation])).toContain("DOMAIN_FORBIDS_NULL")
  })

  test("can be that of a column of a new table, or be left as it is", async () => {
    const create = { create_table: { name: "labels", columns: [{ name: "label", type: "nn", pk: true }] } }
    expect(await codesOf(people, [create])).not.toContain("DOMAIN_FORBIDS_NULL")
    const alter = { alter_column: { table: "people", column: "name", type: "nn", default: "'x'" } }
    expect(await codesOf(given, [alter])).not.toContain("DOMAIN_FORBIDS_NULL")
  })

  test("stays out of the way where a default fills what nobody names", async () => {
    const withDefault = given.replace("name nn", "name nn DEFAULT 'x'")
    const found = await codesOf(withDefault, [{ drop_column: { table: "people", column: "name" } }])
    expect(found).not.toContain("DOMAIN_FORBIDS_NULL")
  })
})

async function codesOf(given: string, operations: Parameters<typeof plannedFindings>[1]): Promise<string[]> {
  return (await plannedFindings(given, operations)).map(({ code }) => code)
}

function hiddenColumn({ plan }: Purging): string {
  return plan.syncs.flatMap(({ groups }) => groups.flatMap(({ old }) => old)).find(({ hidden }) => hidden)?.hidden ?? ""
}
