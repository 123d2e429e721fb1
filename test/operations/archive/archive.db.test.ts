import { Client } from "pg"
import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { createRole } from "../../harness/database.ts"
import { Holder } from "../../harness/holder.ts"
import { eventually } from "../../execution/setting.ts"
import { Purging } from "./purging.ts"

const people = `
  CREATE TABLE public.people (
    id integer PRIMARY KEY, name text, fax text, sku numeric, first_name text, last_name text, visits integer DEFAULT 0
  );
  INSERT INTO public.people
  SELECT n, 'First' || n || repeat(' ', n % 4) || 'Last' || n || repeat(' ', n % 3), 'F' || n, 1.0,
         'First' || n, 'Last' || n
    FROM generate_series(1, 3000) AS n;`

const dropName = { drop_column: { table: "people", column: "name", down: "trim(first_name || ' ' || last_name)" } }
const dropFax = { drop_column: { table: "people", column: "fax" } }

let purging: Purging | null = null
beforeAll(loadParser)
afterEach(async () => {
  await purging?.end()
  purging = null
})

async function begin(...parameters: Parameters<typeof Purging.begin>): Promise<Purging> {
  purging = await Purging.begin(...parameters)
  return purging
}

/** Rows of the archive, without what hashes say. */
async function archived({ database }: Purging, table = "people_0002_drop"): Promise<readonly string[]> {
  const rows = await database.query<{ row: string }>(
    `SELECT (to_jsonb(x) - 'h')::text AS row FROM sluice_archive.${table} AS x ORDER BY 1`,
  )
  return rows.map(({ row }) => row)
}

/** The same of the table, as it is while the columns are hidden. */
async function hidden({ database }: Purging, columns: string): Promise<readonly string[]> {
  const rows = await database.query<{ row: string }>(
    `SELECT to_jsonb(x)::text AS row FROM (SELECT ${columns} FROM public.people) AS x ORDER BY 1`,
  )
  return rows.map(({ row }) => row)
}

const columns = `id, _sluice_0002_drop_name, _sluice_0002_drop_fax`

describe("the archive is equal to its table", () => {
  // Seen before: the row stayed in the archive, and the purge stopped at a difference that nothing could mend.
  test.each([
    ["deletes", "DELETE FROM public.people WHERE id = 4"],
    ["moves", "UPDATE public.people SET id = -id WHERE id = 4"],
  ])("also where a transaction that is older than its copy %s a row: that has to be tried again", async (_, write) => {
    const change = await begin(people, [dropName, dropFax])
    await change.contract()
    await change.through("purge/people/archive")
    const older = new Client({ connectionString: change.database.url.reveal() })
    await older.connect()
    await older.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM public.people")
    await change.through("purge/people/copy")
    await expect(older.query(write)).rejects.toMatchObject({ code: "40001" })
    await older.end()
    await change.query(`BEGIN ISOLATION LEVEL REPEATABLE READ; ${write}; COMMIT`)
    expect(await archived(change)).toEqual(await hidden(change, columns))
    await change.through("purge/people/compare")
  })

  test("whatever is written between its beginning and its end, before a row is copied and after", async () => {
    const change = await begin(people, [dropName, dropFax])
    await change.contract()
    await change.through("purge/people/archive")
    const writes = `
      INSERT INTO public.people (id, first_name, last_name) SELECT max(id) + 1, 'New', 'One' FROM public.people;
      UPDATE public.people SET last_name = last_name || 'x' WHERE id % 100 = 1;
      UPDATE public.people SET _sluice_0002_drop_fax = NULL WHERE id % 100 = 2;
      UPDATE public.people SET id = -id WHERE id % 100 = 3;
      DELETE FROM public.people WHERE id % 100 = 4;`
    await change.query(writes)
    await change.through("purge/people/copy")
    await change.query(writes)
    expect(await archived(change)).toEqual(await hidden(change, columns))
    await change.through("purge/people/compare")
    await change.through("purge/drop")
    expect((await archived(change)).length).toBeGreaterThan(2_900)
    const left = await change.query(`SELECT tgname FROM pg_trigger WHERE tgname LIKE '~sluice%'`)
    expect(left).toEqual([])
  })

  test("while applications write without pause", async () => {
    const change = await begin(people, [dropName, dropFax], { batchDurationMs: 5 })
    await change.contract()
    const over = new AbortController()
    const writer = async (seed: number): Promise<void> => {
      for (let n = seed; !over.signal.aborted; n = (n * 7919 + 1) % 30_011) {
        await change.query("UPDATE public.people SET first_name = 'W' || $1::int WHERE id = $1", [n % 3_000])
        await change.query("DELETE FROM public.people WHERE id = $1", [(n * 3) % 3_000])
        await change.query(
          "INSERT INTO public.people (id, first_name, last_name) VALUES ($1, 'Again', 'N') ON CONFLICT DO NOTHING",
          [(n * 3) % 3_000],
        )
      }
    }
    const writers = Promise.all([writer(1), writer(77)])
    await change.through("purge/people/compare")
    over.abort()
    await writers
    expect(await archived(change)).toEqual(await hidden(change, columns))
  })

  test("where only the bytes of a value change, or a statement replays as a replica", async () => {
    const change = await begin(people, [{ drop_column: { table: "people", column: "sku" } }])
    await change.contract()
    await change.through("purge/people/copy")
    await change.query("UPDATE public.people SET _sluice_0002_drop_sku = 1.00 WHERE id = 1")
    await change.query(
      "SET session_replication_role = replica; UPDATE public.people SET _sluice_0002_drop_sku = 7 WHERE id = 2",
    )
    const kept = `SELECT _sluice_0002_drop_sku::text AS sku FROM sluice_archive.people_0002_drop WHERE id < 3 ORDER BY id`
    expect(await change.query(kept)).toEqual([{ sku: "1.00" }, { sku: "7" }])
  })

  test("after the table was emptied", async () => {
    const change = await begin(people, [dropName])
    await change.contract()
    await change.through("purge/people/copy")
    await change.query(
      "TRUNCATE public.people; INSERT INTO public.people (id, first_name, last_name) VALUES (1, 'A', 'B')",
    )
    await change.through("purge/people/compare")
    expect(await archived(change)).toEqual(['{"id": 1, "_sluice_0002_drop_name": "A B"}'])
  })

  test("of a table whose key nobody can walk along, and of one whose rows change partitions", async () => {
    const change = await begin(
      `CREATE TYPE public.colour AS ENUM ('red', 'green', 'blue');
       CREATE TABLE public.people (tone public.colour, id integer, name text, note text, PRIMARY KEY (tone, id))
         PARTITION BY RANGE (id);
       CREATE TABLE public.people_a PARTITION OF public.people FOR VALUES FROM (0) TO (500);
       CREATE TABLE public.people_b PARTITION OF public.people DEFAULT;
       INSERT INTO public.people
       SELECT (enum_range(NULL::public.colour))[1 + n % 3], n, 'N' || n, 'note' FROM generate_series(1, 1000) AS n`,
      [{ drop_column: { table: "people", column: "name" } }],
    )
    await change.contract()
    await change.through("purge/people/archive")
    await change.query("UPDATE public.people SET id = id + 5000 WHERE id % 50 = 1")
    await change.through("purge/people/copy")
    await change.query("UPDATE public.people SET id = id % 500 + 20000 WHERE id % 50 = 2")
    // By place, an unrelated update moves rows about, past what was walked through.
    await change.query("UPDATE public.people SET note = 'moved'")
    await change.through("purge/people/compare")
    expect(await archived(change)).toEqual(await hidden(change, "tone, id, _sluice_0002_drop_name"))
    const [row] = await change.query<{ rows: number }>(
      "SELECT count(*)::int AS rows FROM sluice_archive.people_0002_drop",
    )
    expect(row?.rows).toBe(1_000)
  })

  test("of names that want to be SQL", async () => {
    const table = 'Peo"ple; DROP'
    const change = await begin(
      `CREATE TABLE public."Peo""ple; DROP" ("the ""key" text COLLATE "C" PRIMARY KEY, h text, "na'me $1" text, "$sluice$" text);
       INSERT INTO public."Peo""ple; DROP" SELECT 'k' || n, 'h' || n, 'n' || n, 's' || n FROM generate_series(1, 50) AS n`,
      [{ drop_column: { table, column: "na'me $1", down: `"$sluice$"` } }, { drop_column: { table, column: "h" } }],
    )
    await change.through("purge/drop")
    const [row] = await change.query<{ rows: number }>(
      `SELECT count(*)::int AS rows FROM sluice_archive."Peo""ple; DROP_0002_drop"
        WHERE "_sluice_0002_drop_na'me $1" = 'n' || substr("the ""key", 2) AND "_sluice_0002_drop_h" IS NOT NULL`,
    )
    expect(row?.rows).toBe(50)
    await change.back()
    expect(
      await change.query(`SELECT "na'me $1" AS name, h FROM public."Peo""ple; DROP" WHERE "$sluice$" = 's7'`),
    ).toEqual([{ name: "n7", h: "h7" }])
  })
})

describe("nothing is dropped", () => {
  test("while archive and table differ, and everything once they agree", async () => {
    const change = await begin(people, [dropName])
    await change.contract()
    await change.through("purge/people/copy")
    await change.query(`
      DELETE FROM sluice_archive.people_0002_drop WHERE id = 5;
      UPDATE sluice_archive.people_0002_drop SET _sluice_0002_drop_name = 'other' WHERE id = 6;
      UPDATE sluice_archive.people_0002_drop SET h = 0 WHERE id = 7;
      INSERT INTO sluice_archive.people_0002_drop VALUES (99999, 'nobody', 0)`)
    await expect(change.through("purge/people/compare")).rejects.toMatchObject({
      code: "ARCHIVE_DIFFERS",
      message: expect.stringContaining("4 rows"),
    })
    expect(change.witness.keysSeen.at(-1)?.keys.toSorted()).toEqual(["5", "6", "7", "99999"])
    await change.query("DELETE FROM sluice_archive.people_0002_drop WHERE id IN (6, 7, 99999)")
    await change.perform(change.step("purge/people/copy"))
    await change.through("purge/drop")
  })

  test("where somebody else's table bears the archive's name", async () => {
    const change = await begin(people, [dropName])
    await change.contract()
    await change.query("CREATE SCHEMA sluice_archive; CREATE TABLE sluice_archive.people_0002_drop (id integer)")
    await expect(change.through("purge/people/archive")).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
  })

  test("and giving the purge up in the middle leaves nothing of it", async () => {
    const change = await begin(people, [dropName, dropFax])
    await change.contract()
    await change.through("purge/people/compare")
    await change.back("purge/people/archive")
    expect(
      await change.query("SELECT relname FROM pg_class WHERE relnamespace = 'sluice_archive'::regnamespace"),
    ).toEqual([])
    await change.back()
    const [row] = await change.query<{ rows: number }>(
      "SELECT count(*)::int AS rows FROM public.people WHERE name LIKE 'First%Last%' AND fax LIKE 'F%'",
    )
    expect(row?.rows).toBe(3_000)
  })
})

describe("the copy", () => {
  test("leaves locked rows for later, waits for the last of them, and says who holds it", async () => {
    const change = await begin(people, [dropName])
    await change.contract()
    await change.through("purge/people/archive")
    const holder = await Holder.take(
      change.database.url,
      "UPDATE public.people SET visits = visits + 1 WHERE id IN (3, 1500, 2999)",
    )
    const copying = change.perform(change.step("purge/people/copy"))
    await eventually(async () => (await archived(change)).length === 2_997)
    await change.witness.until(() => change.witness.blockersSeen.some((seen) => seen.length > 0))
    await holder.commit()
    await copying
    expect(await archived(change)).toHaveLength(3_000)
  })

  test("goes on after a worker's death from where its cursors stand, and twice is once", async () => {
    const change = await begin(people, [dropName], { batchDurationMs: 5 })
    await change.contract()
    await change.through("purge/people/archive")
    const holder = await Holder.take(change.database.url, "SELECT FROM public.people WHERE id = 1500 FOR UPDATE")
    const killed = new AbortController()
    const step = change.step("purge/people/copy")
    const dying = change.perform(step, { signal: killed.signal, number: 1, heartbeat: () => {} })
    await eventually(async () => (await archived(change)).length === 2_999)
    killed.abort(new Error("killed"))
    await expect(dying).rejects.toThrow("killed")
    const [before] = await change.query<{ filled: string }>("SELECT sum(rows_filled) AS filled FROM sluice.cursor")
    await holder.release()
    await change.perform(step, { signal: new AbortController().signal, number: 2, heartbeat: () => {} })
    const [after] = await change.query<{ filled: string }>("SELECT sum(rows_filled) AS filled FROM sluice.cursor")
    expect([before?.filled, after?.filled]).toEqual(["2999", "3000"])
    await change.perform(step)
    await change.through("purge/people/compare")
  })
})

test("applications write with their own rights, and get no look at the archive, whatever default privileges say", async () => {
  const role = await createRole({ prefix: "app" })
  try {
    const change = await begin(
      `${people}
       GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON public.people TO ${role.name};
       ALTER DEFAULT PRIVILEGES GRANT USAGE, CREATE ON SCHEMAS TO ${role.name};
       ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;`,
      [dropName],
    )
    await change.contract()
    await change.through("purge/people/compare")
    await change.query(`SET ROLE ${role.name};
      INSERT INTO public.people (id, first_name, last_name) VALUES (9000, 'By', 'App');
      UPDATE public.people SET last_name = 'App' WHERE id = 1;
      DELETE FROM public.people WHERE id = 2`)
    await expect(change.query(`SET ROLE ${role.name}; SELECT FROM sluice_archive.people_0002_drop`)).rejects.toThrow(
      "permission denied for schema sluice_archive",
    )
    const [may] = await change.query<{ may: boolean }>(
      `SELECT has_table_privilege('${role.name}', 'sluice_archive.people_0002_drop', 'SELECT') AS may`,
    )
    expect(may?.may).toBe(false)
    expect(await archived(change)).toEqual(await hidden(change, "id, _sluice_0002_drop_name"))
    await change.query(
      `ALTER DEFAULT PRIVILEGES REVOKE USAGE, CREATE ON SCHEMAS FROM ${role.name}; DROP OWNED BY ${role.name}`,
    )
  } finally {
    await purging?.end()
    purging = null
    await role.drop()
  }
})
