import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Sync } from "../../src/domain/backfill.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { asSession, eventually } from "./setting.ts"
import { Purging } from "../operations/archive/purging.ts"
import { addEmail, people } from "./required-email.ts"

let change: Purging
beforeAll(loadParser)
beforeEach(async () => {
  change = await Purging.begin(people, [addEmail])
})
afterEach(() => change.end())

const broken = { kind: "RefusedError", code: "DUAL_WRITE_BROKEN" }

function sync(): Sync {
  const [only] = change.plan.syncs
  if (!only) throw new Error("no sync")
  return only
}

const disable = () => change.query("ALTER TABLE people DISABLE TRIGGER USER")
const enable = () =>
  change.query(`
    ALTER TABLE people ENABLE ALWAYS TRIGGER "${sync().insertTrigger}";
    ALTER TABLE people ENABLE ALWAYS TRIGGER "${sync().updateTrigger}"`)

async function columns(): Promise<readonly string[]> {
  const rows = await change.query<{ name: string }>(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = 'people'::regclass AND attnum > 0 AND NOT attisdropped",
  )
  return rows.map(({ name }) => name)
}

describe("without its triggers the run does nothing more that rests on them", () => {
  test.each([
    ["the filling", "expand/people/sync", "backfill/people/fill"],
    ["a check that refuses NULL", "backfill/people/fill", "backfill/people/not-null-email/check"],
    ["its validation", "backfill/people/not-null-email/check", "backfill/people/not-null-email/validate"],
    ["NOT NULL", "backfill/people/not-null-email/validate", "backfill/people/not-null-email/set"],
    ["the comparison", "backfill/people/not-null-email/set", "verify/people/compare"],
    ["the last comparison", "verify/people/compare", "contract/people/compare"],
    ["the contract", "contract/people/compare", "contract/hide"],
  ])("%s", async (_, before, step) => {
    await change.through(before)
    await disable()
    await expect(change.through(step)).rejects.toMatchObject(broken)
  })
})

test("it is asked again under the step's locks: somebody may have been at it while the step waited for them", async () => {
  await change.end()
  change = await Purging.begin(people, [addEmail], { lockTimeoutMs: 10_000 })
  await change.through("backfill/people/not-null-email/validate")
  await asSession(change.database.url, async (somebody) => {
    let attempt: Promise<void> | null = null
    await somebody.transaction(async () => {
      await somebody.query("ALTER TABLE public.people DISABLE TRIGGER USER")
      attempt = expect(change.through("backfill/people/not-null-email/set")).rejects.toMatchObject(broken)
      await eventually(async () => {
        const waiting = await change.query("SELECT FROM pg_locks WHERE relation = 'people'::regclass AND NOT granted")
        return waiting.length > 0
      })
    })
    await attempt
  })
})

describe("what is missing is named, with what helps", () => {
  test.each<[string, (sync: Sync) => string, string, string]>([
    ["disabled", () => "ALTER TABLE people DISABLE TRIGGER USER", "is disabled", "ENABLE ALWAYS TRIGGER"],
    [
      "enabled, but not always",
      () => "ALTER TABLE people ENABLE TRIGGER USER",
      "not enabled as ALWAYS",
      "ENABLE ALWAYS",
    ],
    ["dropped", ({ insertTrigger }) => `DROP TRIGGER "${insertTrigger}" ON people`, "is gone", "abort"],
    ["without their function", (sync) => `DROP FUNCTION sluice."${sync.function}" CASCADE`, "function", "abort"],
    [
      "calling another function",
      (sync) =>
        `CREATE OR REPLACE FUNCTION sluice."${sync.function}"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
      "function isn't as",
      "abort",
    ],
    ["without the marker", ({ marker }) => `ALTER TABLE people DROP COLUMN "${marker}" CASCADE`, "is gone", "abort"],
    [
      "on a table that a copy has replaced",
      () => "ALTER TABLE people RENAME TO people_old; CREATE TABLE people (LIKE people_old INCLUDING ALL)",
      "is on public.people_old",
      "If public.people_old is the table, give it its name back",
    ],
  ])("triggers %s", async (_, taken, message, hint) => {
    await change.through("expand/people/sync")
    await change.query(taken(sync()))
    await expect(change.through("backfill/people/fill")).rejects.toMatchObject({
      ...broken,
      message: expect.stringContaining(message),
      finding: { hint: expect.stringContaining(hint) },
    })
  })
})

test("a partition whose trigger is disabled is one whose rows drift apart", async () => {
  await change.end()
  change = await Purging.begin(
    `CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
     CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100)`,
    [addEmail],
  )
  await change.through("expand/people/sync")
  await change.query(`ALTER TABLE people_low DISABLE TRIGGER "${sync().updateTrigger}"`)
  await expect(change.through("backfill/people/fill")).rejects.toMatchObject({
    ...broken,
    message: expect.stringContaining("of public.people_low is disabled"),
  })
})

describe("after a retry", () => {
  test("rows inserted meanwhile are filled", async () => {
    await change.through("expand/people/sync")
    await disable()
    await change.query("INSERT INTO people VALUES (99, 'LATE')")
    await expect(change.through("backfill/people/fill")).rejects.toMatchObject(broken)
    await enable()
    await change.through("contract/hide")
    expect(await change.query("SELECT email FROM people WHERE id = 99")).toEqual([{ email: "late" }])
  })

  test("a row that was changed meanwhile stops the comparison, and can be put right", async () => {
    await change.through("backfill/people/not-null-email/set")
    await disable()
    await change.query("UPDATE people SET name = 'X' WHERE id = 1")
    await expect(change.through("verify/people/compare")).rejects.toMatchObject(broken)
    await enable()
    await expect(change.through("verify/people/compare")).rejects.toMatchObject({ code: "VERIFY_MISMATCH" })
    // As docs/dual-write.md says it: the old shape is the truth, and whoever touches a row that isn't filled fills it.
    await change.query(`
      UPDATE people SET "${sync().marker}" = NULL WHERE id = 1;
      UPDATE people SET "${sync().marker}" = NULL WHERE "${sync().marker}" IS NULL`)
    await change.through("contract/hide")
    expect(await change.query("SELECT name, email FROM people WHERE id = 1")).toEqual([{ name: "X", email: "x" }])
  })
})

describe("what was touched after the last comparison has the contract compare once more", () => {
  const parted = `
    CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL) PARTITION BY RANGE (id);
    CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100);
    INSERT INTO people SELECT n, 'Person ' || n FROM generate_series(1, 50) AS n`
  const write = "UPDATE people_low SET name = 'Lost' WHERE id = 1"
  /** Each takes the low partition out of dual write, and puts it back. */
  const ways: readonly (readonly [string, (sync: Sync) => readonly [off: string, on: string]])[] = [
    [
      "both triggers",
      ({ insertTrigger, updateTrigger }) => [
        "ALTER TABLE people DISABLE TRIGGER USER",
        `ALTER TABLE people ENABLE ALWAYS TRIGGER "${insertTrigger}"; ALTER TABLE people ENABLE ALWAYS TRIGGER "${updateTrigger}"`,
      ],
    ],
    [
      "a partition's trigger",
      ({ updateTrigger }) => [
        `ALTER TABLE people_low DISABLE TRIGGER "${updateTrigger}"`,
        `ALTER TABLE people_low ENABLE ALWAYS TRIGGER "${updateTrigger}"`,
      ],
    ],
    [
      "a partition that was detached",
      () => [
        "ALTER TABLE people DETACH PARTITION people_low",
        "ALTER TABLE people ATTACH PARTITION people_low FOR VALUES FROM (0) TO (100)",
      ],
    ],
  ]

  /** The contract takes the triggers with it. */
  async function isHidden(): Promise<boolean> {
    const left = await change.query(`SELECT FROM pg_trigger WHERE tgname = '${sync().updateTrigger}'`)
    return left.length === 0
  }

  beforeEach(async () => {
    await change.end()
    change = await Purging.begin(parted, [addEmail])
    await change.through("contract/people/compare")
  })

  test.each(ways)("%s: a write past them is found, and nothing is hidden", async (_, of) => {
    const [off, on] = of(sync())
    await change.query(off)
    await change.query(write)
    await change.query(on)
    await expect(change.through("contract/hide")).rejects.toMatchObject({ code: "VERIFY_MISMATCH" })
    expect(await isHidden()).toBe(false)
  })

  test.each(ways)("%s: where nothing was written, the contract goes through", async (_, of) => {
    const [off, on] = of(sync())
    await change.query(off)
    await change.query(on)
    await change.through("contract/hide")
    expect(await isHidden()).toBe(true)
  })

  test("the function, replaced and put back", async () => {
    const [{ definition } = { definition: "" }] = await change.query<{ definition: string }>(
      `SELECT pg_get_functiondef(oid) AS definition FROM pg_proc WHERE proname = '${sync().function}'`,
    )
    await change.query(`CREATE OR REPLACE FUNCTION sluice."${sync().function}"() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN RETURN NEW; END'`)
    await change.query(write)
    await change.query(definition)
    await expect(change.through("contract/hide")).rejects.toMatchObject({ code: "VERIFY_MISMATCH" })
  })

  test("a partition that came since: empty it holds nobody up, with rows that nobody filled it does", async () => {
    await change.query("CREATE TABLE people_high PARTITION OF people FOR VALUES FROM (100) TO (200)")
    await change.query("CREATE TABLE people_top (LIKE people); INSERT INTO people_top VALUES (250, 'Top', 'top')")
    await change.query("ALTER TABLE people ATTACH PARTITION people_top FOR VALUES FROM (200) TO (300)")
    await expect(change.through("contract/hide")).rejects.toMatchObject({ code: "VERIFY_UNFILLED" })
    await change.query("UPDATE people SET name = name WHERE id = 250")
    await change.through("contract/hide")
    expect(await isHidden()).toBe(true)
  })
})

test("a table without a comparison needs its triggers as they were made", async () => {
  await change.end()
  change = await Purging.begin("CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL, fax text)", [
    { drop_column: { table: "people", column: "fax", down: "name" } },
  ])
  await change.through("expand/people/sync")
  await disable()
  await change.query("INSERT INTO people VALUES (1, 'written in the new shape')")
  await enable()
  await expect(change.through("contract/hide")).rejects.toMatchObject(broken)
})

describe("the way back", () => {
  test.each([
    ["disabled", () => "ALTER TABLE people DISABLE TRIGGER USER"],
    ["dropped", () => `DROP FUNCTION sluice."${sync().function}" CASCADE`],
  ])("takes everything away where the triggers were %s", async (_, taken) => {
    await change.through("backfill/people/fill")
    await change.query(taken())
    await change.undo(change.step("expand/people/sync"))
    expect(await columns()).toEqual(["id", "name"])
    expect(await change.query("SELECT FROM pg_proc WHERE pronamespace = 'sluice'::regnamespace")).toEqual([])
  })

  test("takes everything away where the marker was dropped, and the triggers with it", async () => {
    await change.through("backfill/people/not-null-email/set")
    await change.query(`ALTER TABLE people DROP COLUMN "${sync().marker}" CASCADE`)
    await change.back()
    expect(await columns()).toEqual(["id", "name"])
    expect(await change.query("SELECT FROM pg_proc WHERE pronamespace = 'sluice'::regnamespace")).toEqual([])
  })

  test("doesn't touch a table that only bears the name", async () => {
    await change.through("expand/people/sync")
    await change.query("ALTER TABLE people RENAME TO people_old; CREATE TABLE people (LIKE people_old)")
    await expect(change.undo(change.step("expand/people/sync"))).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    expect(await columns()).toContain("email")
  })

  test("nor one that took the place of a table whose marker was dropped", async () => {
    await change.through("expand/people/sync")
    await change.query(`
      ALTER TABLE people DROP COLUMN "${sync().marker}" CASCADE;
      ALTER TABLE people RENAME TO people_old;
      CREATE TABLE people (LIKE people_old)`)
    await expect(change.undo(change.step("expand/people/sync"))).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    expect(await columns()).toContain("email")
  })

  test("nor a column of the same name that came after somebody had taken all of ours", async () => {
    await change.through("expand/people/sync")
    await change.query(`
      ALTER TABLE people DROP COLUMN "${sync().marker}" CASCADE, DROP COLUMN email;
      ALTER TABLE people ADD COLUMN email text`)
    await expect(change.undo(change.step("expand/people/sync"))).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    expect(await columns()).toContain("email")
  })
})
