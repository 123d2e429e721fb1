import { beforeAll, expect, onTestFinished, test } from "vitest"
import { catalogWish, compilePlan } from "../../src/planner/compile.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { asSession } from "../execution/setting.ts"
import { createDatabase } from "../harness/database.ts"
import { revision, target as sampleTarget } from "../planner/sample-catalog.ts"

beforeAll(loadParser)

const target = { ...sampleTarget, versions: { schemas: true, roles: { old: null, new: null } } }
const people = `
  CREATE TABLE public.people (id integer PRIMARY KEY, name text, code text);
  CREATE TABLE public.orders (id integer PRIMARY KEY, person integer REFERENCES public.people);`

const change = {
  drop: (column: string) => ({ drop_column: { table: "people", column } }),
  alter: (column: string) => ({ alter_column: { table: "people", column, type: "bigint", up: "1", down: "1" } }),
}

/** What stands in the way of a change of one column when its plan is made. */
async function refusals(more: string, operation: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const database = await createDatabase({ schema: `${people} ${more}` })
  onTestFinished(() => database.drop())
  return asSession(database.url, async (session) => {
    const revisions = [revision("0002_change", operation)]
    const catalog = await readCatalog(session, catalogWish(revisions, target))
    const { findings } = compilePlan({ revisions, catalog, target })
    return findings.filter(({ severity }) => severity === "error").map(({ code }) => code)
  })
}

// Else the run would fail at contract, or later, with the old version gone.
test.each(["drop", "alter"] as const)(
  "a key that other tables point to is refused when the plan is made: %s",
  async (verb) => {
    expect(await refusals("", change[verb]("id"))).toContain("COLUMN_IN_KEY")
  },
)

test.each([
  ["a view", "CREATE VIEW public.names AS SELECT name FROM public.people"],
  ["a publication's list of columns", "CREATE PUBLICATION listed FOR TABLE public.people (id, name)"],
  [
    "the WHEN of a trigger",
    `CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
     CREATE TRIGGER t BEFORE UPDATE ON public.people FOR EACH ROW WHEN (NEW.name = 'x') EXECUTE FUNCTION public.f()`,
  ],
  ["a policy", "CREATE POLICY p ON public.people USING (name <> 'x')"],
  [
    "a function whose body PostgreSQL knows",
    "CREATE FUNCTION public.f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT max(name) FROM public.people; END",
  ],
])("a column that %s uses is refused when the plan is made, and another one isn't", async (_, more) => {
  expect(await refusals(more, change.drop("name"))).toEqual(["COLUMN_IN_USE"])
  expect(await refusals(more, change.drop("code"))).toEqual([])
})
