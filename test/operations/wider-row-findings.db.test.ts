import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { Client } from "pg"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "./archive/purging.ts"
import { withViews } from "./planned-findings.ts"

// Not add_column alone makes a table's rows wider: what takes them as a whole fails from expand on under each operation
// that keeps a second column, and the plan said so of add_column only.

beforeAll(loadParser)

const bare = { schemas: false, roles: { old: null, new: null } }
const people = `
  CREATE TABLE public.people (id int PRIMARY KEY, score text, sku int);
  INSERT INTO public.people SELECT n, n::text, n FROM generate_series(1, 20) AS n;
  CREATE FUNCTION public.all_people() RETURNS SETOF public.people LANGUAGE sql AS 'SELECT id, score, sku FROM public.people'`
const operations = [
  ["add_column", { add_column: { table: "people", column: { name: "low", type: "text" }, up: "lower(score)" } }],
  ["drop_column", { drop_column: { table: "people", column: "score", down: "sku::text" } }],
  ["rename_column", { rename_column: { table: "people", from: "score", to: "points" } }],
] as const

test.each(operations)(
  "%s foretells what fails: a prepared SELECT *, and a function of the row's type",
  async (_, operation) => {
    const change = await Purging.begin(people, [operation], {}, "0002_wider", bare)
    onTestFinished(() => change.end())
    const client = new Client({ connectionString: change.database.url.reveal() })
    await client.connect()
    onTestFinished(() => client.end())
    const star = { name: "star", text: "SELECT * FROM public.people WHERE id = 1" }
    await client.query(star)
    await change.through("expand/people/sync")
    await expect(client.query(star)).rejects.toMatchObject({ code: "0A000" })
    await expect(client.query("SELECT FROM public.all_people()")).rejects.toMatchObject({ code: "42P13" })
    const told = change.findings.map(({ code, subject }) => `${code} ${subject}`)
    expect(told).toContain("PREPARED_SELECT_STAR public.people")
    expect(told).toContainEqual(expect.stringMatching(/^ROW_TYPE_USED public\.people: function .*all_people/))
  },
)

describe("readers of a column that gets another type are told of beforehand", () => {
  const scored = `${people};
    CREATE FUNCTION public.demand() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN IF NEW.score IS NULL THEN RAISE 'no score'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER demand BEFORE INSERT OR UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.demand();
    CREATE FUNCTION public.total() RETURNS text LANGUAGE plpgsql
      AS $$ BEGIN RETURN (SELECT string_agg(score, ',') FROM public.people); END $$`
  const altered = {
    alter_column: { table: "people", column: "score", type: "integer", up: "score::int", down: "score::text" },
  }

  test("a trigger that finds NULL in it until contract, a function that finds the other type from then on", async () => {
    const change = await Purging.begin(scored, [altered], {}, "0002_wider", withViews)
    onTestFinished(() => change.end())
    expect(change.findings.map(({ code }) => code)).toContain("ROW_TYPE_USED")
    const told = (code: string) => change.findings.find((finding) => finding.code === code)?.message
    expect(told("TRIGGER_READS_COLUMN")).toMatch(
      /\(demand\): such a function finds NULL there .* integer instead of text/,
    )
    expect(told("FUNCTION_READS_COLUMN")).toMatch(/public\.total\(\).* finds one of type integer from contract on/)
    await change.through("verify/people/compare")
    const insert = "INSERT INTO public_0002_wider.people (id, score, sku) VALUES (100, 5, 1)"
    await expect(change.query(insert)).rejects.toMatchObject({ message: expect.stringContaining("no score") as string })
    await change.query("DROP TRIGGER demand ON public.people")
    await change.contract()
    await expect(change.query("SELECT public.total()")).rejects.toMatchObject({ code: "42883" })
  })

  test("a change that keeps the type has no function to warn of", async () => {
    const required = {
      alter_column: { table: "people", column: "score", nullable: false, up: "coalesce(score, '')", down: "score" },
    }
    const change = await Purging.begin(scored, [required], {}, "0002_wider", withViews)
    onTestFinished(() => change.end())
    expect(change.findings.map(({ code }) => code)).not.toContain("FUNCTION_READS_COLUMN")
  })
})
