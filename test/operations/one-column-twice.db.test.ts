import { afterEach, beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "./archive/purging.ts"

const people = `
  CREATE TABLE public.people (id integer PRIMARY KEY, name text NOT NULL, age text);
  INSERT INTO public.people SELECT n, 'N ' || n, n FROM generate_series(1, 20) AS n;`
const add = (name: string, up: string) => ({
  add_column: { table: "people", column: { name, type: "text", nullable: true }, up },
})
const alter = (how: object) => ({ alter_column: { table: "people", column: "age", ...how } })

let change: Purging | null = null
beforeAll(loadParser)
afterEach(async () => {
  await change?.end()
  change = null
})

test("two columns that are computed from one are each filled and kept, whichever is written", async () => {
  const dropName = { drop_column: { table: "people", column: "name", down: "quiet" } }
  change = await Purging.begin(people, [add("loud", "upper(name)"), add("quiet", "lower(name)"), dropName])
  await change.through("expand/people/sync")
  await change.query("UPDATE public.people SET name = 'Bo' WHERE id = 2")
  await change.through("verify/people/compare")
  await change.query(`UPDATE public.people SET quiet = 'cy' WHERE id = 3; UPDATE public.people SET loud = 'DEE' WHERE id = 4;
    UPDATE public.people SET name = 'Eve' WHERE id = 5`)
  await change.contract()
  expect(await change.query("SELECT id, loud, quiet FROM public.people WHERE id <= 5 ORDER BY id")).toEqual([
    { id: 1, loud: "N 1", quiet: "n 1" },
    { id: 2, loud: "BO", quiet: "bo" },
    { id: 3, loud: "N 3", quiet: "cy" },
    { id: 4, loud: "DEE", quiet: "n 4" },
    { id: 5, loud: "EVE", quiet: "eve" },
  ])
})

test("changes of one column in place are all there at the end, and all taken back", async () => {
  change = await Purging.begin(people, [
    alter({ check: { name: "grown", constraint: "age <> ''" } }),
    alter({ nullable: false }),
    alter({ comment: "in years" }),
    alter({ default: "'0'" }),
  ])
  const shape = `
    SELECT a.attname::text AS name, a.attnotnull AS required, col_description(a.attrelid, a.attnum) AS comment,
           ARRAY (SELECT conname::text FROM pg_constraint WHERE conrelid = a.attrelid AND contype = 'c') AS checks,
           (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef AS d WHERE d.adrelid = a.attrelid AND d.adnum = 3) AS preset
      FROM pg_attribute AS a WHERE a.attrelid = 'public.people'::regclass AND a.attnum = 3`
  const before = await change.query(shape)
  await change.contract()
  expect(await change.query(shape)).toEqual([
    { name: "age", required: true, comment: "in years", checks: ["grown"], preset: "'0'::text" },
  ])
  await change.back()
  expect(await change.query(shape)).toEqual(before)
})
