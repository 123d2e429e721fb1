import { beforeAll, describe, expect, test } from "vitest"
import type { Finding } from "../../src/domain/finding.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { plannedFindings, withViews } from "./planned-findings.ts"

beforeAll(loadParser)

const people = `
  CREATE TABLE public.people (id integer PRIMARY KEY, name text, code text);
  CREATE TABLE public.orders (id integer PRIMARY KEY, person integer REFERENCES public.people);`

const change = {
  drop: (column: string) => ({ drop_column: { table: "people", column } }),
  alter: (column: string) => ({ alter_column: { table: "people", column, type: "bigint", up: "1", down: "1" } }),
}

/** What stands in the way of a change of one column when its plan is made. */
async function refusals(more: string, operation: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const findings = await findingsOf(more, operation)
  return findings.filter(({ severity }) => severity === "error").map(({ code }) => code)
}

function findingsOf(more: string, operation: Readonly<Record<string, unknown>>): Promise<readonly Finding[]> {
  return plannedFindings(`${people} ${more}`, [operation], withViews)
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
  [
    "a rule of the table itself",
    `CREATE TABLE public.log (name text);
     CREATE RULE r AS ON INSERT TO public.people DO ALSO INSERT INTO public.log VALUES (NEW.name)`,
  ],
  [
    "a rule of another table",
    "CREATE RULE r AS ON INSERT TO public.orders DO ALSO UPDATE public.people SET name = 'x' WHERE id = NEW.person",
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

// Else the plan would say `table orders`, or nothing, and purge would stop once the archive is made.
test("a rule is named as such, and a view by its own name", async () => {
  const more = `CREATE TABLE public.log (name text); CREATE VIEW public.names AS SELECT name FROM public.people;
    CREATE RULE logged AS ON UPDATE TO public.people DO ALSO INSERT INTO public.log VALUES (NEW.name);`
  const [found] = (await findingsOf(more, change.drop("name"))).filter(({ code }) => code === "COLUMN_IN_USE")
  expect(found?.message).toMatch(/: rule logged on public\.people, view public\.names$/)
})

describe("a typed table", () => {
  const typed =
    "CREATE TYPE public.item AS (id integer, name text); CREATE TABLE public.items OF public.item (PRIMARY KEY (id));"
  const column = { name: "code", type: "text", nullable: true }

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["add_column", { add_column: { table: "items", column } }],
    ["add_column with up", { add_column: { table: "items", column, up: "name" } }],
    ["drop_column", { drop_column: { table: "items", column: "name" } }],
    ["rename_column", { rename_column: { table: "items", from: "name", to: "title" } }],
    ["alter_column", { alter_column: { table: "items", column: "name", type: "varchar", up: "name", down: "name" } }],
  ])("takes no new, other or lost column: %s", async (_, operation) => {
    expect(await refusals(typed, operation)).toEqual(["TYPED_TABLE"])
    expect(await refusals(`${typed} ALTER TABLE public.items NOT OF`, operation)).toEqual([])
  })

  test("takes promises and indexes", async () => {
    const required = { alter_column: { table: "items", column: "name", nullable: false } }
    expect(await refusals(typed, required)).toEqual([])
    expect(
      await refusals(typed, { create_index: { table: "items", columns: { name: {} }, name: "items_name" } }),
    ).toEqual([])
  })
})

// Else every write fails after contract: the function is given a row that has no field of that name.
test("a check that reads whole rows is refused when the plan is made, whatever it is about; other checks aren't", async () => {
  const whole = `CREATE FUNCTION public.ok(p public.people) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN p.name <> ''x''; END';
     ALTER TABLE public.people ADD CONSTRAINT whole CHECK (public.ok(people))`
  const plain =
    "ALTER TABLE public.people ADD CONSTRAINT plain CHECK (code <> 'x'), ADD CONSTRAINT nothing CHECK (true)"
  for (const verb of ["drop", "alter"] as const) {
    expect(await refusals(whole, change[verb]("name"))).toContain("WHOLE_ROW_CHECK")
    expect(await refusals(plain, change[verb]("name"))).toEqual([])
  }
})
