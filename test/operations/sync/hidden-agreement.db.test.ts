import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { hiddenTriggers } from "../../../src/operations/sync/hidden-columns.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "../archive/purging.ts"
import { newNames, people, splitName } from "../archive/splitting.ts"

/**
 * Whether a row's hidden columns agree with its new shape is asked before each purge. What the new application writes
 * through the triggers must never be called wrong, and what was written past them always.
 */
let change: Purging
beforeAll(loadParser)
afterEach(() => change.end())

const begin = async (schema: string, operations: Parameters<typeof Purging.begin>[1]) => {
  change = await Purging.begin(schema, operations)
  await change.contract()
}
const compare = () => change.through("purge/people/compare-hidden")
const add = (name: string, type: string, up?: string) => ({
  add_column: { table: "people", column: { name, type, nullable: true }, ...(up !== undefined && { up }) },
})
const drop = (column: string, down: string) => ({ drop_column: { table: "people", column, down } })

async function pastTheTriggers(statement: string): Promise<void> {
  const [sync] = change.plan.syncs
  const names = (sync && hiddenTriggers(sync)?.triggers) ?? []
  await change.query("ALTER TABLE people DISABLE TRIGGER USER")
  await change.query(statement)
  for (const name of names) await change.query(`ALTER TABLE people ENABLE ALWAYS TRIGGER "${name}"`)
}

/** As the refusal's hint says it. */
async function computeAnew(id: number): Promise<void> {
  const hints = change.plan.steps.flatMap((step) => (step.action === "verify" ? [step.difference.hint] : []))
  const statement = hints.map((hint) => /`(UPDATE .*) WHERE …`/s.exec(hint)?.[1]).find((found) => found !== undefined)
  await change.query(`${statement} WHERE id = ${id}`)
}

describe("what the new application writes is no alarm", () => {
  test("in a new column that `down` doesn't read", async () => {
    await begin(people, [...newNames, add("initials", "text", "left(name, 1)"), ...splitName.slice(-1)])
    await change.query("UPDATE people SET initials = 'ZZ' WHERE id = 1")
    await compare()
  })

  test("in one of several columns from which several hidden ones are computed", async () => {
    await begin(
      "CREATE TABLE people (id int PRIMARY KEY, a text, b text); INSERT INTO people VALUES (1, ' A', 'b'), (2, ' A', 'b')",
      [
        add("x", "text", "trim(a)"),
        add("y", "text", "a || ':' || b"),
        drop("a", "x"),
        drop("b", "split_part(y, ':', 2)"),
      ],
    )
    await change.query("UPDATE people SET y = 'foo:bar' WHERE id = 1")
    await compare()
    await change.back("contract/hide")
    expect(await change.query("SELECT a, b FROM people ORDER BY id")).toEqual([
      { a: "A", b: "bar" },
      { a: " A", b: "b" },
    ])
  })

  test("in a column of both shapes that `up` reads", async () => {
    await begin(
      "CREATE TABLE people (id int PRIMARY KEY, name text, nick text); INSERT INTO people VALUES (1, 'A  B', NULL)",
      [add("shown", "text", "coalesce(nick, regexp_replace(name, ' +', ' '))"), drop("name", "shown")],
    )
    await change.query("UPDATE people SET nick = 'Nicky'")
    await change.through("purge/drop")
  })

  test("where `down` gives NULL, or fails", async () => {
    await begin("CREATE TABLE people (id int PRIMARY KEY, age text); INSERT INTO people VALUES (1, '1'), (2, NULL)", [
      add("years", "integer", "age::integer"),
      drop("age", "(100 / years)::text"),
    ])
    await change.query("UPDATE people SET years = 0 WHERE id = 1") // down divides by it
    await change.query("INSERT INTO people (id, years) VALUES (3, 0), (4, NULL), (5, 50)")
    await compare()
    await change.back("contract/hide")
    expect(await change.query("SELECT age FROM people ORDER BY id")).toEqual(
      [null, null, null, null, "2"].map((age) => ({ age })),
    )
  })

  test.each([
    ["numeric(10,2)", "n::numeric * 1.5", "(v / 1.5)::text", "7.77", "10"],
    ["jsonb", "jsonb_build_object('n', n)", "v->>'n'", `'{"n":"zz","m":1}'`, "a"],
    ["json", "json_build_object('n', n)", "v->>'n'", `'{"n":"zz",  "m":1}'`, "a"],
    ["text[]", "string_to_array(n, ',')", "array_to_string(v, ',')", "'{a,NULL,c}'", "a,b"],
    ["character(8)", "n", "rtrim(v)", "'q  '", "a"],
    ["double precision", "n::float8", "v::text", "'-0'", "1.50"],
    ["interval", "n::interval", "v::text", "'36 hours'", "90 minutes"],
  ])("of type %s; and what it writes past them is found, and put right", async (type, up, down, value, before) => {
    await begin(
      `CREATE TABLE people (id int PRIMARY KEY, n text); INSERT INTO people SELECT g, '${before}' FROM generate_series(1, 3) AS g`,
      [add("v", type, up), drop("n", down)],
    )
    await change.query(
      `UPDATE people SET v = ${value} WHERE id = 1; INSERT INTO people (id, v) VALUES (9, ${value}), (10, NULL)`,
    )
    await compare()
    await pastTheTriggers(`UPDATE people SET v = ${value} WHERE id = 2`)
    await expect(change.perform(change.step("purge/people/compare-hidden"))).rejects.toMatchObject({
      code: "HIDDEN_DIFFERS",
    })
    await computeAnew(2)
    await change.perform(change.step("purge/people/compare-hidden"))
    const rows = await change.query<{ id: number; same: boolean }>(
      "SELECT id, to_jsonb(p) - 'id' = (SELECT to_jsonb(o) - 'id' FROM people AS o WHERE o.id = 9) AS same FROM people AS p WHERE id < 10 ORDER BY 1",
    )
    // As if it had gone through the triggers.
    expect(rows.map(({ same }) => same)).toEqual([true, true, false, true])
  })
})

test("a row of whose hidden value `up` makes nothing is out of step", async () => {
  await begin("CREATE TABLE people (id int PRIMARY KEY, age text); INSERT INTO people VALUES (1, '1')", [
    add("years", "integer", "age::integer"),
    drop("age", "years::text"),
  ])
  const hidden = change.plan.syncs[0]?.groups[0]?.old[0]?.hidden
  await pastTheTriggers(`UPDATE people SET years = 7, "${hidden}" = 'nonsense'`)
  await expect(compare()).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
  await computeAnew(1)
  await change.back("contract/hide")
  expect(await change.query("SELECT age FROM people")).toEqual([{ age: "7" }])
})

test("an INSERT that fills a hidden column by its place is refused: its value would be in no column", async () => {
  await begin("CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL)", [
    { add_column: { table: "people", column: { name: "full_name", type: "text", nullable: true }, up: "name" } },
    drop("name", "full_name"),
  ])
  await expect(change.query("INSERT INTO people VALUES (5, 'Ada')")).rejects.toMatchObject({
    code: "42703",
    hint: "Name the columns in the INSERT.",
  })
  await change.query("INSERT INTO people (id, full_name) VALUES (5, 'Ada')")
  await change.query("INSERT INTO people VALUES (6)") // by place as well, but nothing is lost
  await compare()
})

test("a copy of a row, with Sluice's own columns and another name, is computed as what it says", async () => {
  await begin(people, splitName)
  await change.query(`
    CREATE TEMP TABLE copy AS SELECT * FROM people WHERE id IN (1, 2);
    UPDATE copy SET id = id + 100;
    UPDATE copy SET first_name = 'Acked' WHERE id = 101;
    INSERT INTO people SELECT * FROM copy`)
  await compare()
  await change.back("contract/hide")
  expect(await change.query("SELECT id, name FROM people WHERE id > 100 ORDER BY id")).toEqual([
    { id: 101, name: "Acked 1" },
    { id: 102, name: "Person  2" },
  ])
})

test("a row that moves to another partition keeps its hidden value byte for byte", async () => {
  await begin(
    `CREATE TABLE people (id int PRIMARY KEY, name text) PARTITION BY RANGE (id);
     CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100);
     CREATE TABLE people_high PARTITION OF people FOR VALUES FROM (100) TO (200);
     INSERT INTO people VALUES (1, 'Person  1'), (2, NULL), (3, 'Person  3')`,
    [
      add("first_name", "text", "split_part(name, ' ', 1)"),
      add("rest", "text", "ltrim(substr(name, 7))"),
      drop("name", "coalesce(first_name, '') || ' ' || coalesce(rest, '')"),
    ],
  )
  await change.query(
    "UPDATE people SET id = id + 100; UPDATE people SET id = id - 100, first_name = 'P' WHERE id = 103",
  )
  await compare()
  await change.back("contract/hide")
  expect(await change.query("SELECT id, name FROM people ORDER BY id")).toEqual([
    { id: 3, name: "P 3" },
    { id: 101, name: "Person  1" },
    { id: 102, name: null },
  ])
})

test("keys of rows are those of the table, also where ranges can't follow them", async () => {
  await begin(
    `CREATE TABLE people (name text COLLATE "C" NOT NULL, n int, v text, PRIMARY KEY (name, n)); INSERT INTO people VALUES ('a', 1, 'x')`,
    [add("w", "text", "upper(v)"), drop("v", "lower(w)")],
  )
  await pastTheTriggers("UPDATE people SET w = 'Y'")
  await expect(compare()).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
  expect(change.witness.keysSeen.at(-1)?.keys).toEqual(["(a,1)"])
})

test("putting a row right touches only what is out of step", async () => {
  await begin(
    `CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, fax text, age text);
     INSERT INTO people SELECT n, 'Person  ' || n, 'FAX' || n, '05' FROM generate_series(1, 3) AS n`,
    [
      ...splitName,
      drop("fax", "NULL::text"),
      add("years", "integer", "age::integer"),
      drop("age", "(100 / years)::text"),
    ],
  )
  await pastTheTriggers(`
    UPDATE people SET first_name = 'Acked', years = 0 WHERE id = 1;
    UPDATE people SET first_name = 'Acked' WHERE id = 2`)
  await expect(compare()).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
  for (const id of [1, 2]) await computeAnew(id)
  await compare()
  // Of fax no row tells: a person is told, and goes on.
  await expect(change.back("contract/hide")).rejects.toMatchObject({ code: "DUAL_WRITE_BROKEN" })
  await change.back("contract/hide")
  expect(await change.query("SELECT name, fax, age FROM people ORDER BY id")).toEqual([
    { name: "Acked 1", fax: "FAX1", age: null },
    { name: "Acked 2", fax: "FAX2", age: "05" },
    { name: "Person  3", fax: "FAX3", age: "05" },
  ])
})

test("a column that only `down` reads could hide a write, so that a person is told", async () => {
  await begin(people, [
    ...newNames,
    add("middle", "text"),
    drop("name", "first_name || coalesce(' ' || middle, '') || ' ' || last_name"),
  ])
  await pastTheTriggers("UPDATE people SET middle = 'Acked' WHERE id = 1")
  await expect(change.back("contract/hide")).rejects.toMatchObject({
    code: "DUAL_WRITE_BROKEN",
    message: expect.stringContaining("whether name is as they would have made it"),
  })
})
