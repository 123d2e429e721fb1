import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { hiddenColumns, hiddenTriggers } from "../../src/operations/sync/hidden-columns.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "../operations/archive/purging.ts"
import { people, splitName } from "../operations/archive/splitting.ts"

/**
 * While the old shape is hidden, what an undo brings back and purge archives is what two triggers keep. Somebody may
 * switch them off meanwhile, as for a bulk load: what was written then must not be lost in silence.
 */
const broken = { kind: "RefusedError", code: "DUAL_WRITE_BROKEN" }

let change: Purging
beforeAll(loadParser)
beforeEach(async () => {
  change = await Purging.begin(people, splitName)
})
afterEach(() => change.end())

const only = () => {
  const [sync] = change.plan.syncs
  const pair = sync && hiddenTriggers(sync)
  if (!sync || !pair) throw new Error("nothing is hidden")
  return { sync, pair, hidden: hiddenColumns(sync)[0]?.hidden ?? "" }
}
const disable = () => change.query("ALTER TABLE people DISABLE TRIGGER USER")
const enable = () =>
  change.query(
    only()
      .pair.triggers.map((name) => `ALTER TABLE people ENABLE ALWAYS TRIGGER "${name}"`)
      .join(";"),
  )
const write = () => change.query("UPDATE people SET first_name = 'Acked', last_name = 'Write' WHERE id = 1")
const insert = () => change.query("INSERT INTO people (id, first_name, last_name) VALUES (99, 'New', 'Row')")

async function pastTheTriggers(work: () => Promise<unknown>): Promise<void> {
  await disable()
  await work()
  await enable()
}

const nameOf = async (id: number) =>
  (await change.query<{ name: string }>("SELECT name FROM people WHERE id = $1", [id]))[0]?.name
const columns = async () =>
  (
    await change.query<{ name: string }>(
      "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'people'::regclass AND attnum > 0 AND NOT attisdropped",
    )
  ).map(({ name }) => name)
const archived = () => change.query("SELECT FROM pg_namespace WHERE nspname = 'sluice_archive'")

/** As the refusal's hint says it. */
async function makeAnew(id: number): Promise<void> {
  const { difference } =
    change.plan.steps
      .flatMap((step) => (step.action === "verify" ? [step] : []))
      .find(({ difference: { code } }) => code === "HIDDEN_DIFFERS") ?? {}
  const statement = /`(UPDATE .*) WHERE …`/s.exec(difference?.hint ?? "")?.[1]
  await change.query(`${statement} WHERE id = ${id}`)
}

describe("triggers that were off and are back again", () => {
  test.each<[string, () => Promise<unknown>, string, string]>([
    ["a row was changed", write, "1", "Acked Write"],
    ["a row came in", insert, "99", "New Row"],
  ])(
    "%s meanwhile: the undo stops with its key, and brings it back once it is put right",
    async (_, written, key, name) => {
      await change.contract()
      await pastTheTriggers(written)
      await expect(change.back("contract/hide")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
      expect(change.witness.keysSeen).toContainEqual(expect.objectContaining({ code: "HIDDEN_DIFFERS", keys: [key] }))
      expect(await columns()).not.toContain("name")

      await makeAnew(Number(key))
      await change.back("contract/hide")
      expect(await nameOf(Number(key))).toBe(name)
      // Nobody has touched this one, so it is as it was, byte for byte.
      expect(await nameOf(7)).toBe("Person  7")
    },
  )

  test("and nothing was written: the undo goes through, and so does the purge", async () => {
    await change.contract()
    await pastTheTriggers(async () => {})
    await change.back("contract/people/not-null-name/set")
    expect(await nameOf(1)).toBe("Person  1")
    await change.through("contract/hide")
    await pastTheTriggers(async () => {})
    await change.through("purge/drop")
    expect(await columns()).toEqual(["id", "first_name", "last_name"])
  })

  test("what the purge has found, an undo finds as well", async () => {
    await change.contract()
    await change.query(`ALTER TABLE people DISABLE TRIGGER "${only().pair.triggers[1]}"`)
    await write()
    await enable()
    await expect(change.through("purge/people/compare-hidden")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
    await expect(change.back("contract/hide")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
    await makeAnew(1)
    await change.back("contract/hide")
    expect(await nameOf(1)).toBe("Acked Write")
  })

  test("nothing is archived before rows that differ are put right", async () => {
    await change.contract()
    await pastTheTriggers(write)
    await expect(change.through("purge/people/archive")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
    expect(await archived()).toEqual([])
    await makeAnew(1)
    await change.through("purge/drop")
    await change.back("contract/hide")
    expect(await nameOf(1)).toBe("Acked Write")
  })

  test("while the archive was filled: nothing is dropped before it is right", async () => {
    await change.through("purge/people/compare")
    await change.query(`ALTER TABLE people DISABLE TRIGGER "${only().pair.triggers[1]}"`)
    await write()
    await change.query(`ALTER TABLE people ENABLE ALWAYS TRIGGER "${only().pair.triggers[1]}"`)
    await expect(change.through("purge/drop")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
    expect(await columns()).toContain(only().hidden)
    await makeAnew(1)
    await change.through("purge/drop")
    await change.back("contract/hide")
    expect(await nameOf(1)).toBe("Acked Write")
  })
})

describe("triggers that aren't as contract made them are named, and nothing is brought back or archived", () => {
  const ways: readonly (readonly [string, () => string, string, string])[] = [
    ["disabled", () => "ALTER TABLE people DISABLE TRIGGER USER", "is disabled", "ENABLE ALWAYS TRIGGER"],
    [
      "without what tells whether they agree",
      () => `DROP FUNCTION sluice."${only().pair.function.replace("hidden_", "agree_")}"`,
      "is gone",
      "plan --run",
    ],
    ["dropped", () => `DROP TRIGGER "${only().pair.triggers[0]}" ON people`, "is gone", "plan --run"],
    [
      "calling another function",
      () =>
        `CREATE OR REPLACE FUNCTION sluice."${only().pair.function}"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      "isn't as it was made",
      "plan --run",
    ],
  ]
  test.each(ways)("%s, on the way back", async (_, taken, message, hint) => {
    await change.contract()
    await change.query(taken())
    await expect(change.back("contract/hide")).rejects.toMatchObject({
      ...broken,
      message: expect.stringContaining(message),
      finding: { hint: expect.stringContaining(hint) },
    })
    expect(await columns()).not.toContain("name")
  })
  test.each(ways)("%s, before the archive", async (_, taken, message) => {
    await change.contract()
    await change.query(taken())
    const refused = { ...broken, message: expect.stringContaining(message) }
    await expect(change.through("purge/people/archive")).rejects.toMatchObject(refused)
    expect(await archived()).toEqual([])
  })
})

test("a partition's trigger that was off is one of them", async () => {
  await change.end()
  change = await Purging.begin(
    `CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
     CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100);
     INSERT INTO people SELECT n, 'Person ' || n FROM generate_series(1, 50) AS n`,
    splitName,
  )
  await change.contract()
  const [, update] = only().pair.triggers
  await change.query(`ALTER TABLE people_low DISABLE TRIGGER "${update}"`)
  await write()
  await expect(change.back("contract/hide")).rejects.toMatchObject(broken)
  await change.query(`ALTER TABLE people_low ENABLE ALWAYS TRIGGER "${update}"`)
  await expect(change.back("contract/hide")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
  await makeAnew(1)
  await change.back("contract/hide")
  expect(await nameOf(1)).toBe("Acked Write")
})

test("columns that came back from the archive with their triggers are no false alarm", async () => {
  await change.through("purge/drop")
  await write()
  await change.back("contract/hide")
  expect(await nameOf(1)).toBe("Acked Write")
  expect(await nameOf(2)).toBe("Person  2")
})

describe("a column of which no row tells whether it is right", () => {
  beforeEach(async () => {
    await change.end()
    change = await Purging.begin(
      "CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, fax text); INSERT INTO people VALUES (1, 'A', 'none')",
      [{ drop_column: { table: "people", column: "fax", down: "lower(name)" } }],
    )
    await change.contract()
    await disable()
    await change.query("UPDATE people SET name = 'B' WHERE id = 1")
    await enable()
  })

  test.each([
    ["brings it back", () => change.back("contract/hide")],
    ["archives it", () => change.through("purge/people/archive")],
  ])("a person is told once, and a retry %s", async (_, again) => {
    await expect(again()).rejects.toMatchObject({ ...broken, message: expect.stringContaining("whether fax is") })
    await again()
  })

  test("a partition that was away meanwhile counts as well; one that is new, or dropped, doesn't", async () => {
    await change.end()
    change = await Purging.begin(
      `CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, fax text) PARTITION BY RANGE (id);
       CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100);
       CREATE TABLE people_old PARTITION OF people FOR VALUES FROM (100) TO (200)`,
      [{ drop_column: { table: "people", column: "fax", down: "lower(name)" } }],
    )
    await change.contract()
    await change.query(
      "CREATE TABLE people_new PARTITION OF people FOR VALUES FROM (200) TO (300); DROP TABLE people_old",
    )
    await change.back("contract/hide")
    await change.contract()
    await change.query("ALTER TABLE people DETACH PARTITION people_low")
    await change.query("ALTER TABLE people ATTACH PARTITION people_low FOR VALUES FROM (0) TO (100)")
    await expect(change.back("contract/hide")).rejects.toMatchObject(broken)
  })

  test("what is touched after that is told anew", async () => {
    await expect(change.back("contract/hide")).rejects.toMatchObject(broken)
    await disable()
    await enable()
    await expect(change.back("contract/hide")).rejects.toMatchObject(broken)
    await change.back("contract/hide")
    expect(await change.query("SELECT fax FROM people")).toEqual([{ fax: "none" }])
  })
})

test("a run that an earlier version has brought to keep has its rows compared, and goes on", async () => {
  await change.contract()
  await change.query(
    "UPDATE sluice.version SET version = 3; ALTER TABLE sluice.journal DROP COLUMN parts; ALTER TABLE sluice.run DROP COLUMN control",
  )
  await change.back("contract/hide")
  expect(await nameOf(1)).toBe("Person  1")
})
