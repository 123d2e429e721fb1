import { afterEach, beforeAll, describe, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { createRole } from "../../harness/database.ts"
import { Holder } from "../../harness/holder.ts"
import { eventually } from "../../execution/setting.ts"
import { Purging } from "./purging.ts"

/** Names that nothing computed from first_name and last_name gives: blanks inside and behind. */
const people = `
  CREATE TABLE public.people (
    id integer PRIMARY KEY, name text, fax text, code text, first_name text, last_name text, sku integer DEFAULT 0
  );
  INSERT INTO public.people
  SELECT n, 'Prince' || n || repeat(' ', 1 + n % 3), 'F' || n, 'C' || n, 'Prince', n::text, n
    FROM generate_series(1, 3000) AS n;`

const dropName = { drop_column: { table: "people", column: "name", down: "trim(first_name || ' ' || last_name)" } }
const dropFax = { drop_column: { table: "people", column: "fax" } }
const dropCode = { drop_column: { table: "people", column: "code", down: "'S' || (100 / sku)" } }

let purging: Purging | null = null
beforeAll(loadParser)
afterEach(async () => {
  await purging?.end()
  purging = null
})

/** A run whose purge has dropped everything. */
async function purged(...parameters: Parameters<typeof Purging.begin>): Promise<Purging> {
  purging = await Purging.begin(...parameters)
  await purging.through("purge/drop")
  return purging
}

async function person(change: Purging, id: number): Promise<unknown> {
  const [row] = await change.query("SELECT name, fax, code FROM public.people WHERE id = $1", [id])
  return row
}

/** Takes the drop back, and nothing more: the columns are there, and empty. */
const emptied = (change: Purging): Promise<void> => change.back("purge/drop")

describe("values come back", () => {
  test("byte for byte, also those that `down` can't give", async () => {
    const change = await purged(people, [dropName, dropFax])
    await change.back()
    const [row] = await change.query<{ rows: number }>(
      `SELECT count(*)::int AS rows FROM public.people
        WHERE name = 'Prince' || id || repeat(' ', 1 + id % 3) AND fax = 'F' || id`,
    )
    expect(row?.rows).toBe(3_000)
    expect(await person(change, 1000)).toEqual({ name: "Prince1000  ", fax: "F1000", code: "C1000" })
  })

  // Seen before: PostgreSQL takes a bare name for a column wherever there is one, and the undo stopped for good.
  test("also into a table whose columns, and key, bear the names that our statements use", async () => {
    const change = await purged(
      `CREATE TABLE public.people (
         kept int, x int, name text, free text, h text, t text, last_name text, PRIMARY KEY (kept, x));
       INSERT INTO public.people
       SELECT n, -n, 'Prince' || n || '  ', 'f', 'h', 't', n::text FROM generate_series(1, 300) AS n`,
      [{ drop_column: { table: "people", column: "name", down: "'Prince' || last_name || left(t || h || free, 0)" } }],
    )
    await change.back()
    const [row] = await change.query<{ rows: number }>(
      "SELECT count(*)::int AS rows FROM public.people WHERE name = 'Prince' || kept || '  '",
    )
    expect(row?.rows).toBe(300)
  })

  test("where the new shape was changed since the purge, from `down`, and NULL where that fails", async () => {
    const change = await purged(people, [dropName, dropFax, dropCode])
    await change.query(`
      UPDATE public.people SET last_name = 'Rogers Nelson' WHERE id = 1;
      UPDATE public.people SET sku = 4 WHERE id = 2;
      UPDATE public.people SET sku = 0 WHERE id = 3;
      UPDATE public.people SET last_name = 'x' WHERE id = 4;
      UPDATE public.people SET last_name = '4' WHERE id = 4;
      INSERT INTO public.people (id, first_name, last_name, sku) VALUES (5000, 'New', 'One', 0)`)
    await change.back()
    expect(await person(change, 1)).toEqual({ name: "Prince Rogers Nelson", fax: "F1", code: "C1" })
    expect(await person(change, 2)).toEqual({ name: "Prince2   ", fax: "F2", code: "S25" })
    expect(await person(change, 3)).toEqual({ name: "Prince3 ", fax: "F3", code: null })
    expect(await person(change, 4)).toEqual({ name: "Prince4  ", fax: "F4", code: "C4" })
    expect(await person(change, 5000)).toEqual({ name: "New One", fax: null, code: null })
  })

  test("of each column by itself where a writer has touched the row before it was filled", async () => {
    const change = await purged(people, [dropName, dropFax, dropCode])
    await emptied(change)
    await change.query(`
      UPDATE public.people SET last_name = 'touched' WHERE id % 2 = 0;
      UPDATE public.people SET sku = 10 WHERE id % 3 = 0;
      INSERT INTO public.people (id, first_name, last_name, sku) VALUES (5000, 'New', 'One', 50)`)
    await change.back()
    expect(await person(change, 1)).toEqual({ name: "Prince1  ", fax: "F1", code: "C1" })
    expect(await person(change, 2)).toEqual({ name: "Prince touched", fax: "F2", code: "C2" })
    expect(await person(change, 3)).toEqual({ name: "Prince3 ", fax: "F3", code: "S10" })
    expect(await person(change, 6)).toEqual({ name: "Prince touched", fax: "F6", code: "S10" })
    expect(await person(change, 5000)).toEqual({ name: "New One", fax: null, code: "S2" })
    const [lost] = await change.query<{ rows: number }>(
      "SELECT count(*)::int AS rows FROM public.people WHERE fax IS DISTINCT FROM 'F' || id AND id < 5000",
    )
    expect(lost?.rows).toBe(0)
  })

  test("while applications write all the way back", async () => {
    const change = await purged(people, [dropName, dropFax], { batchDurationMs: 5 })
    const over = new AbortController()
    const written = new Map<number, string>()
    const writer = (async () => {
      for (let n = 1; !over.signal.aborted; n = ((n * 7919) % 2_999) + 1) {
        const value = `W${written.size}`
        await change.query("UPDATE public.people SET last_name = $2 WHERE id = $1", [n, value])
        written.set(n, value)
      }
    })()
    await change.back("contract/hide")
    over.abort()
    await writer
    const rows = await change.query<{ id: number; name: string; fax: string }>(
      "SELECT id, name, fax FROM public.people",
    )
    const expected = (id: number): string =>
      written.has(id) ? `Prince ${written.get(id)}` : `Prince${id}${" ".repeat(1 + (id % 3))}`
    expect(rows.filter(({ id, name, fax }) => name !== expected(id) || fax !== `F${id}`)).toEqual([])
    expect(written.size).toBeGreaterThan(10)
  })

  test("of rows that move to another partition before they are filled", async () => {
    const change = await purged(
      `CREATE TABLE public.people (id integer, day date, name text, fax text, first_name text, PRIMARY KEY (id, day))
         PARTITION BY RANGE (day);
       CREATE TABLE public.people_a PARTITION OF public.people FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
       CREATE TABLE public.people_b PARTITION OF public.people DEFAULT;
       INSERT INTO public.people SELECT n, '2024-01-01', 'N  ' || n, 'F' || n, 'N' FROM generate_series(1, 200) AS n`,
      [{ drop_column: { table: "people", column: "name", down: "first_name" } }, dropFax],
    )
    await emptied(change)
    await change.query("UPDATE public.people SET day = '2030-01-01' WHERE id % 5 = 0")
    // Moved, it has another key than its archived values: they are what nothing computes any more.
    await change.query("UPDATE public.people SET day = '2024-01-01' WHERE id % 10 = 0")
    await change.back()
    const count = async (where: string): Promise<number> => {
      const [row] = await change.query<{ rows: number }>(
        `SELECT count(*)::int AS rows FROM public.people WHERE ${where}`,
      )
      return row?.rows ?? 0
    }
    expect(await count("day = '2024-01-01' AND name = 'N  ' || id AND fax = 'F' || id")).toBe(180)
    expect(await count("day = '2030-01-01' AND name = 'N' AND fax IS NULL")).toBe(20)
  })

  test("with the default, for rows that came after the purge, and NOT NULL", async () => {
    const change = await purged(
      `CREATE TABLE public.people (id integer PRIMARY KEY, source varchar(10) NOT NULL DEFAULT 'web');
       INSERT INTO public.people SELECT n, 'app' || n FROM generate_series(1, 100) AS n`,
      [{ drop_column: { table: "people", column: "source" } }],
    )
    await change.query("INSERT INTO public.people VALUES (500)")
    await emptied(change)
    await change.query("INSERT INTO public.people VALUES (501)")
    await change.back()
    await change.query("INSERT INTO public.people VALUES (502)")
    expect(await change.query("SELECT id, source FROM public.people WHERE id >= 100 ORDER BY id")).toEqual([
      { id: 100, source: "app100" },
      ...[500, 501, 502].map((id) => ({ id, source: "web" })),
    ])
    await expect(change.query("UPDATE public.people SET source = NULL")).rejects.toThrow("not-null")
  })
})

describe("what the column had besides", () => {
  test("comes back with it: grants, comment, statistics, storage, indexes and what those had", async () => {
    const role = await createRole({ prefix: "reader" })
    try {
      const given = `${people}
        CREATE INDEX people_name ON public.people (name text_pattern_ops DESC, sku) INCLUDE (code) WHERE name <> '';
        CREATE INDEX people_name_lower ON public.people (lower(name));
        COMMENT ON INDEX public.people_name_lower IS 'for the search';
        ALTER INDEX public.people_name_lower ALTER COLUMN 1 SET STATISTICS 77;
        ALTER TABLE public.people CLUSTER ON people_name_lower;
        CREATE STATISTICS public.people_names (dependencies) ON name, id FROM public.people;
        COMMENT ON STATISTICS public.people_names IS 'they go together';
        COMMENT ON COLUMN public.people.name IS 'It''s the "old" one';
        ALTER TABLE public.people ALTER COLUMN name SET STATISTICS 321, ALTER COLUMN name SET STORAGE EXTERNAL,
          ALTER COLUMN name SET COMPRESSION pglz, ALTER COLUMN name SET (n_distinct = 5);
        GRANT SELECT (name), UPDATE (name) ON public.people TO ${role.name} WITH GRANT OPTION;
        GRANT SELECT (name) ON public.people TO PUBLIC;`
      const change = await purged(given, [dropName])
      const facts = (): Promise<readonly unknown[]> =>
        change.query(`
          SELECT a.attacl::text AS acl, a.attstattarget AS target, a.attstorage AS storage, a.attcompression AS compression,
                 a.attoptions AS options, col_description(a.attrelid, a.attnum) AS comment,
                 ARRAY (SELECT pg_get_indexdef(x.indexrelid) || coalesce(obj_description(x.indexrelid, 'pg_class'), '') || x.indisclustered
                               || (SELECT string_agg(i.attstattarget::text, ',' ORDER BY i.attnum) FROM pg_attribute AS i WHERE i.attrelid = x.indexrelid)
                          FROM pg_index AS x WHERE x.indrelid = a.attrelid ORDER BY 1) AS indexes,
                 ARRAY (SELECT pg_get_statisticsobjdef(s.oid) || obj_description(s.oid, 'pg_statistic_ext')
                          FROM pg_statistic_ext AS s WHERE s.stxrelid = a.attrelid) AS statistics
            FROM pg_attribute AS a WHERE a.attrelid = 'public.people'::regclass AND a.attname = 'name'`)
      expect(await facts()).toEqual([])
      await change.back()
      const back = await facts()
      await change.query(`DROP TABLE public.people; ${given}`)
      expect(back).toEqual(await facts())
    } finally {
      await purging?.end()
      purging = null
      await role.drop()
    }
  })

  test("but for what is about a role that is gone", async () => {
    const role = await createRole({ prefix: "reader" })
    const change = await purged(`${people} GRANT SELECT (name) ON public.people TO ${role.name};`, [dropName])
    await role.drop()
    await change.back()
    expect(await person(change, 1)).toMatchObject({ name: "Prince1  " })
  })

  test("indexes of a partitioned table, part by part and as a whole", async () => {
    const change = await purged(
      `CREATE TABLE public.people (id integer PRIMARY KEY, name text, sku integer) PARTITION BY RANGE (id);
       CREATE TABLE public.people_a PARTITION OF public.people FOR VALUES FROM (0) TO (500);
       CREATE TABLE public.people_b PARTITION OF public.people DEFAULT;
       CREATE INDEX people_name ON public.people (name, sku DESC);
       CREATE INDEX own_of_a ON public.people_a (lower(name));
       INSERT INTO public.people SELECT n, 'N' || n, n FROM generate_series(1, 1000) AS n`,
      [{ drop_column: { table: "people", column: "name" } }],
    )
    await change.query("CREATE TABLE public.people_c PARTITION OF public.people FOR VALUES FROM (9000) TO (9999)")
    await change.back()
    const indexes = await change.query<{ name: string; valid: boolean; parent: string | null }>(
      `SELECT x.indexrelid::regclass::text AS name, x.indisvalid AS valid, i.inhparent::regclass::text AS parent
         FROM pg_index AS x LEFT JOIN pg_inherits AS i ON i.inhrelid = x.indexrelid
        WHERE x.indrelid::regclass::text LIKE 'people%' AND NOT x.indisunique ORDER BY 1`,
    )
    expect(indexes.map(({ name, valid, parent }) => [name, valid, parent])).toEqual([
      ["own_of_a", true, null],
      ["people_a_name_sku_idx", true, "people_name"],
      ["people_b_name_sku_idx", true, "people_name"],
      ["people_c__sluice_0002_drop_name_sku_idx", true, "people_name"],
      ["people_name", true, null],
    ])
  })
})

describe("the filling", () => {
  test("goes on after a worker's death, and once done is done", async () => {
    const change = await purged(people, [dropName, dropFax], { batchDurationMs: 5 })
    await emptied(change)
    const holder = await Holder.take(change.database.url, "SELECT FROM public.people WHERE id = 1500 FOR UPDATE")
    const killed = new AbortController()
    const step = change.step("purge/people/refill")
    const dying = change.undo(step, { signal: killed.signal, number: 1, heartbeat: () => {} })
    const left = async (): Promise<number> => {
      const [row] = await change.query<{ rows: number }>(
        "SELECT count(*)::int AS rows FROM public.people WHERE _sluice_0002_drop_fax IS NULL",
      )
      return row?.rows ?? 0
    }
    await eventually(async () => (await left()) === 1)
    killed.abort(new Error("killed"))
    await expect(dying).rejects.toThrow("killed")
    await holder.release()
    await change.undo(step)
    expect(await left()).toBe(0)
    await change.back()
    expect(await person(change, 1500)).toMatchObject({ name: "Prince1500 ", fax: "F1500" })
  })

  test("passes by the application's triggers where it may, and never makes a row look written by it", async () => {
    const change = await purged(
      `${people}
       ALTER TABLE public.people ADD COLUMN touched integer DEFAULT 0;
       CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql
         AS $$ BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END $$;
       CREATE TRIGGER touch BEFORE UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.touch();`,
      [dropName],
    )
    await change.back()
    expect(await change.query("SELECT DISTINCT touched FROM public.people")).toEqual([{ touched: 0 }])
  })

  test("leaves nothing of ours behind", async () => {
    const change = await purged(people, [dropName, dropFax, dropCode])
    await change.back()
    const left = await change.query(
      `SELECT attname::text AS name FROM pg_attribute WHERE attname LIKE '\\_sluice%' AND NOT attisdropped
       UNION ALL SELECT tgname::text FROM pg_trigger WHERE tgname LIKE '~sluice%'
       UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'sluice'::regnamespace
       UNION ALL SELECT relname::text FROM pg_class WHERE relnamespace = 'sluice_archive'::regnamespace`,
    )
    expect(left).toEqual([])
  })

  test("comes first: an archive whose values aren't back isn't dropped", async () => {
    const change = await purged(people, [dropName])
    const archive = change.step("purge/people/archive")
    await expect(change.undo(archive)).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    await emptied(change)
    await expect(change.undo(archive)).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    const [row] = await change.query<{ rows: number }>(
      "SELECT count(*)::int AS rows FROM sluice_archive.people_0002_drop",
    )
    expect(row?.rows).toBe(3_000)
  })
})
