import { Client } from "pg"
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { waitUntil } from "../postgres/wait-until.ts"
import { Purging } from "../operations/archive/purging.ts"
import { people, splitName } from "../operations/archive/splitting.ts"

/**
 * A comparison holds for as long as nobody touches the triggers behind it. Who does may have begun long before: a
 * transaction gets its id at its first write, wherever that was.
 */
let change: Purging
let somebody: Client
beforeAll(loadParser)
beforeEach(async () => {
  change = await Purging.begin(`${people}; CREATE TABLE other (x int)`, splitName)
  somebody = new Client({ connectionString: change.database.url.reveal() })
  await somebody.connect()
})
afterEach(async () => {
  await somebody.end()
  await change.end()
})

/** The table's triggers off, a write, and on again. */
async function pastTheTriggers(statement: string): Promise<void> {
  const { rows } = await somebody.query<{ name: string }>(
    "SELECT tgname AS name FROM pg_trigger WHERE tgrelid = 'people'::regclass AND NOT tgisinternal",
  )
  await somebody.query("ALTER TABLE people DISABLE TRIGGER USER")
  await somebody.query(statement)
  for (const { name } of rows) await somebody.query(`ALTER TABLE people ENABLE ALWAYS TRIGGER "${name}"`)
}

describe.each([
  ["", "SELECT"],
  [", in a savepoint of its own,", "SAVEPOINT one; INSERT INTO other VALUES (2)"],
])("an older transaction%s touches the triggers", (_, deeper) => {
  const begin = () => somebody.query(`BEGIN; INSERT INTO other VALUES (1); ${deeper}`)

  test("after the last comparison: the contract finds the old application's write", async () => {
    await change.through("backfill/people/fill")
    await begin()
    await change.through("contract/people/compare")
    await pastTheTriggers("UPDATE people SET name = 'Lost Write' WHERE id = 1")
    await somebody.query("COMMIT")
    await expect(change.contract()).rejects.toMatchObject({ code: "VERIFY_MISMATCH" })
  })

  test("after contract: the undo finds the new application's write", async () => {
    await change.through("contract/people/compare")
    await begin()
    await change.contract()
    await pastTheTriggers("UPDATE people SET first_name = 'Acked' WHERE id = 1")
    await somebody.query("COMMIT")
    await expect(change.back("contract/hide")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
  })

  test("after the archive was compared: the drop finds it", async () => {
    await change.contract()
    await begin()
    await change.through("purge/people/compare")
    await pastTheTriggers("UPDATE people SET first_name = 'Acked' WHERE id = 1")
    await somebody.query("COMMIT")
    await expect(change.through("purge/drop")).rejects.toMatchObject({ code: "HIDDEN_DIFFERS" })
  })
})

/** Fifty rows, of a twentieth of a second each, are compared then. */
async function comparing(): Promise<boolean> {
  const running = await change.query(
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep' AND query LIKE '%slow%'",
  )
  return running.length > 0
}

test("who touches them while the rows are being compared has them compared once more", async () => {
  await somebody.end()
  await change.end()
  change = await Purging.begin(
    `${people};
     CREATE FUNCTION slow(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
       AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN lower(given); END $$`,
    [{ add_column: { table: "people", column: { name: "email", type: "text" }, up: "public.slow(name)" } }],
  )
  somebody = new Client({ connectionString: change.database.url.reveal() })
  await somebody.connect()
  await change.through("backfill/people/fill")
  const comparison = change.perform(change.step("contract/people/compare"))
  const touched = waitUntil(comparing).then(() => pastTheTriggers("UPDATE people SET name = 'Lost Write' WHERE id = 1"))
  await expect(comparison).rejects.toMatchObject({ kind: "TransientError", code: "DUAL_WRITE_BROKEN" })
  await touched
})

describe("triggers that keep the archive", () => {
  const fax = `
    CREATE TABLE people (id int PRIMARY KEY, name text, fax text) PARTITION BY RANGE (id);
    CREATE TABLE people_low PARTITION OF people FOR VALUES FROM (0) TO (100);
    INSERT INTO people SELECT n, 'P' || n, 'FAX' || n FROM generate_series(1, 3) AS n`
  beforeEach(async () => {
    await somebody.end()
    await change.end()
    change = await Purging.begin(fax, [{ drop_column: { table: "people", column: "fax" } }])
    somebody = new Client({ connectionString: change.database.url.reveal() })
    await somebody.connect()
    await change.through("purge/people/compare")
  })
  const moved = "UPDATE people_low SET id = 50 WHERE id = 1"
  const stillThere = async () =>
    (
      await change.query(
        "SELECT FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname LIKE '%fax%' AND NOT attisdropped",
      )
    ).length

  test("and are off: nothing is dropped", async () => {
    await somebody.query("ALTER TABLE people DISABLE TRIGGER USER")
    await somebody.query(moved)
    await expect(change.through("purge/drop")).rejects.toMatchObject({
      code: "DUAL_WRITE_BROKEN",
      message: expect.stringContaining("archive"),
    })
    expect(await stillThere()).toBe(1)
  })

  test("and were off: table and archive are compared once more", async () => {
    await pastTheTriggers(moved)
    await expect(change.through("purge/drop")).rejects.toMatchObject({ code: "ARCHIVE_DIFFERS" })
    expect(await stillThere()).toBe(1)
  })

  test("of a partition that was away meanwhile: likewise", async () => {
    await somebody.query("ALTER TABLE people DETACH PARTITION people_low")
    await somebody.query(moved)
    await somebody.query("ALTER TABLE people ATTACH PARTITION people_low FOR VALUES FROM (0) TO (100)")
    await expect(change.through("purge/drop")).rejects.toMatchObject({ code: "ARCHIVE_DIFFERS" })
  })

  test("of a partition that comes with rows: they are in no archive", async () => {
    await somebody.query("CREATE TABLE keepers (LIKE people)")
    await somebody.query("INSERT INTO keepers SELECT 500, name FROM people_low WHERE id = 1")
    await somebody.query("ALTER TABLE people ATTACH PARTITION keepers FOR VALUES FROM (500) TO (600)")
    await expect(change.through("purge/drop")).rejects.toMatchObject({ code: "ARCHIVE_DIFFERS" })
  })

  test("and are off: the purge can be given up all the same", async () => {
    await somebody.query("ALTER TABLE people DISABLE TRIGGER USER")
    await change.back("purge/people/archive")
    expect(await change.query("SELECT FROM pg_tables WHERE schemaname = 'sluice_archive'")).toEqual([])
  })

  test("and were touched while nobody wrote: the drop goes through", async () => {
    await pastTheTriggers("SELECT")
    await change.through("purge/drop")
    expect(await stillThere()).toBe(0)
  })
})
