import { beforeAll, expect, onTestFinished, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { createRole } from "../../harness/database.ts"
import { Purging } from "../archive/purging.ts"

// Rights on a column alone stayed with the old one: whoever had no others could neither read nor write the second one.

beforeAll(loadParser)

const people = `
  CREATE TABLE public.people (id integer, part integer, name text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
  CREATE TABLE public.people_1 PARTITION OF public.people FOR VALUES IN (1);
  INSERT INTO public.people SELECT n, 1, n FROM generate_series(1, 9) AS n;`

const alter = {
  alter_column: { table: "people", column: "name", type: "bigint", up: "name::bigint", down: "name::text" },
}
const rename = { rename_column: { table: "people", from: "name", to: "title" } }

async function rights(change: Purging): Promise<readonly string[]> {
  const rows = await change.query<{ said: string }>(
    `SELECT concat_ws(' ', a.attrelid::regclass, a.attname, a.attacl) AS said
       FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
      WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.relname LIKE 'people%' AND c.relkind IN ('r', 'p') ORDER BY 1`,
  )
  return rows.map(({ said }) => said.replaceAll(/_[^ ]*_(?=name)/g, ""))
}

test.each([
  ["alter_column", alter, "name", true],
  ["rename_column", rename, "title", false],
] as const)(
  "rights on a column alone go to the second one, of a partition too: %s",
  async (_, operation, to, schemas) => {
    const role = await createRole({ prefix: "reader" })
    onTestFinished(() => role.drop())
    const given = `${people}
    GRANT SELECT (name), UPDATE (name) ON public.people TO ${role.name} WITH GRANT OPTION;
    GRANT REFERENCES (name) ON public.people_1 TO PUBLIC;`
    const change = await Purging.begin(given, [operation], {}, "0002_change", {
      schemas,
      roles: { old: null, new: null },
    })
    onTestFinished(() => change.end())
    const before = await rights(change)
    await change.through("expand/people/rights-" + to)
    expect(await rights(change)).toHaveLength(4)
    await change.contract()
    await change.back()
    expect(await rights(change)).toEqual(before)
    await change.through("purge/drop")
    expect(await rights(change)).toEqual(before.map((said) => said.replace(" name ", ` ${to} `)))
  },
)

test("without such rights there is no step for them", async () => {
  const change = await Purging.begin(`${people} GRANT SELECT ON public.people TO PUBLIC`, [rename])
  onTestFinished(() => change.end())
  expect(change.plan.steps.filter(({ id }) => id.includes("rights"))).toEqual([])
})
