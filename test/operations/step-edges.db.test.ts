import { afterEach, beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "./archive/purging.ts"

let change: Purging | null = null
beforeAll(loadParser)
afterEach(async () => {
  await change?.end()
  change = null
})

const people = `
  CREATE TABLE public.people (id integer PRIMARY KEY, name text NOT NULL, visits integer NOT NULL DEFAULT 0);
  INSERT INTO public.people SELECT n, 'Name ' || n FROM generate_series(1, 50) AS n;`

/** Two that must be filled, one of them with a default beside `up`. */
const columns = [
  { add_column: { table: "people", column: { name: "nick", type: "text", default: "'anon'" }, up: "lower(name)" } },
  { add_column: { table: "people", column: { name: "size", type: "integer" }, up: "length(name)" } },
]

/** What the old application does between any two steps: it inserts, updates what is filled, and what isn't. */
async function oldWrites(at: Purging, turn: number): Promise<void> {
  await at.query(`INSERT INTO public.people (id, name) VALUES (${1000 + turn}, 'Turn ${turn}');
    UPDATE public.people SET visits = visits + 1 WHERE id IN (${turn}, ${turn + 20});
    UPDATE public.people SET name = 'Changed ${turn}' WHERE id = ${turn + 5}`)
}

test("the old application's writes succeed between any two steps, there and back, and no default stands for a value", async () => {
  change = await Purging.begin(people, columns)
  const steps = change.plan.steps.filter(({ phase }) => phase !== "contract" && phase !== "purge")
  const begun = steps.findIndex(({ summary }) => summary.startsWith("Begin dual write"))
  expect(begun).toBeGreaterThanOrEqual(0)
  expect(steps.length).toBeGreaterThan(begun + 3)
  const wrong = "nick IS DISTINCT FROM lower(name) OR size IS DISTINCT FROM length(name)"
  for (const [index, step] of steps.entries()) {
    await change.perform(step)
    await oldWrites(change, index)
    if (index < begun) continue
    // What was written since, whether it was filled before or not.
    const written = `id IN (${1000 + index}, ${index}, ${index + 5}, ${index + 20}) AND (${wrong})`
    expect(await change.query(`SELECT * FROM public.people WHERE ${written}`), step.id).toEqual([])
  }
  expect(await change.query(`SELECT * FROM public.people WHERE ${wrong}`)).toEqual([])
  for (const [index, step] of steps.toReversed().entries()) {
    await change.undo(step)
    await oldWrites(change, 2000 + index)
  }
  const [row] = await change.query("SELECT * FROM public.people LIMIT 1")
  expect(Object.keys(row ?? {})).toEqual(["id", "name", "visits"])
})
