import { afterEach, beforeAll, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "./purging.ts"

const people = `
  CREATE TABLE public.people (id integer PRIMARY KEY, name text NOT NULL, code text, sku integer NOT NULL);
  INSERT INTO public.people SELECT n, 'N' || n, 'C' || n, n FROM generate_series(1, 20) AS n;`
const dropCode = { drop_column: { table: "people", column: "code", down: "'S' || (100 / sku)" } }

let change: Purging | null = null
beforeAll(loadParser)
afterEach(async () => {
  await change?.end()
  change = null
})

test("a `down` that fails on a row fails no application while the old shape is hidden, and comes back as NULL", async () => {
  change = await Purging.begin(people, [dropCode])
  await change.contract()
  await change.query("INSERT INTO public.people (id, name, sku) VALUES (30, 'zero', 0), (31, 'four', 4)")
  await change.query("UPDATE public.people SET sku = 0 WHERE id = 1; UPDATE public.people SET sku = 5 WHERE id = 2")
  await change.back()
  expect(await change.query("SELECT id, code FROM public.people WHERE id < 4 OR id >= 30 ORDER BY id")).toEqual([
    { id: 1, code: null },
    { id: 2, code: "S20" },
    { id: 3, code: "C3" },
    { id: 30, code: null },
    { id: 31, code: "S25" },
  ])
})

test("a column that a publication lists isn't dropped, and its table stays published", async () => {
  change = await Purging.begin(people, [dropCode])
  await change.contract()
  const columns = await change.query<{ name: string }>(
    "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = 'public.people'::regclass AND attnum = 3",
  )
  await change.query(`CREATE PUBLICATION replay FOR TABLE public.people (id, "${columns[0]?.name}")`)
  const published = "SELECT tablename, attnames FROM pg_publication_tables WHERE pubname = 'replay'"
  const before = await change.query(published)
  await expect(change.through("purge/drop")).rejects.toMatchObject({
    finding: { code: "DEPENDENTS_EXIST", subject: "purge/drop", hint: expect.stringContaining("sluice retry") },
    message: expect.stringMatching(/publication of table public\.people in publication replay depends on column/),
  })
  expect(before).toHaveLength(1)
  expect(await change.query(published)).toEqual(before)
})

test("a trigger that may name the column is told beforehand: PostgreSQL lets the name go, and writes fail in it", async () => {
  const noted = `${people}
    CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.code := upper(NEW.code); RETURN NEW; END $$;
    CREATE TRIGGER note BEFORE INSERT ON public.people FOR EACH ROW EXECUTE FUNCTION public.note();`
  change = await Purging.begin(noted, [dropCode])
  expect(change.findings).toContainEqual(
    expect.objectContaining({
      code: "TRIGGER_READS_COLUMN",
      subject: "public.people.code",
      message: expect.stringMatching(/\(note\).*finds NULL there/),
    }),
  )
  await change.through("expand/people/sync")
  await change.query("INSERT INTO public.people (id, name, sku) VALUES (39, 'x', 1)")
  await change.contract()
  const write = "INSERT INTO public.people (id, name, sku) VALUES (40, 'x', 1)"
  await expect(change.query(write)).rejects.toMatchObject({ code: "42703" })
  await change.back()
  await change.query(write)
})

test("a function that may name the column is told beforehand: PostgreSQL lets the name go, and its callers fail", async () => {
  const codes = `${people}
    CREATE FUNCTION public.code_of(integer) RETURNS text LANGUAGE plpgsql
      AS $$ BEGIN RETURN (SELECT code FROM people WHERE id = $1); END $$;
    CREATE FUNCTION public.count_people() RETURNS bigint LANGUAGE plpgsql
      AS $$ BEGIN RETURN (SELECT count(*) FROM people); END $$;`
  change = await Purging.begin(codes, [dropCode])
  const found = change.findings.filter(({ code }) => code === "FUNCTION_READS_COLUMN")
  expect(found).toMatchObject([{ severity: "warning", subject: "public.people.code" }])
  expect(found[0]?.message).toContain("(public.code_of(integer))")
  const call = "SET search_path = public; SELECT code_of(3) AS code, count_people()::int AS people"
  await change.through("expand/people/sync")
  expect(await change.query(call)).toEqual([{ code: "C3", people: 20 }])
  await change.contract()
  await expect(change.query(call)).rejects.toMatchObject({ code: "42703" })
  await change.back()
  expect(await change.query(call)).toEqual([{ code: "C3", people: 20 }])
})

test("so it is where the column gets another name", async () => {
  const given = `${people} CREATE FUNCTION public.codes() RETURNS SETOF text LANGUAGE sql AS 'SELECT code FROM public.people'`
  change = await Purging.begin(given, [{ rename_column: { table: "people", from: "code", to: "label" } }])
  expect(change.findings).toContainEqual(expect.objectContaining({ code: "FUNCTION_READS_COLUMN" }))
})

test("a table without triggers and functions isn't warned about", async () => {
  change = await Purging.begin(people, [dropCode])
  const codes = change.findings.map(({ code }) => code)
  expect(codes).not.toContain("TRIGGER_READS_COLUMN")
  expect(codes).not.toContain("FUNCTION_READS_COLUMN")
})
