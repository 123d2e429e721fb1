import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "../archive/purging.ts"

// A partition's own promises stayed while the column was hidden, refused writes of the new shape, and were gone after
// an undo from purge.

beforeAll(loadParser)

const people = `
  CREATE TABLE public.names (name text PRIMARY KEY);
  INSERT INTO public.names SELECT 'P' || n FROM generate_series(1, 50) AS n;
  CREATE TABLE public.people (id integer NOT NULL, part integer NOT NULL, name text DEFAULT 'P1', PRIMARY KEY (id, part))
    PARTITION BY LIST (part);
  CREATE TABLE public.people_1 PARTITION OF public.people FOR VALUES IN (1);
  CREATE TABLE public.people_2 PARTITION OF public.people FOR VALUES IN (2);
  CREATE TABLE public.people_3 PARTITION OF public.people FOR VALUES IN (3, 4) PARTITION BY LIST (part);
  CREATE TABLE public.people_3a PARTITION OF public.people_3 DEFAULT;
  ALTER TABLE public.people_1 ADD CONSTRAINT not_beast CHECK (name <> '666'), ADD CONSTRAINT alone UNIQUE (name);
  COMMENT ON CONSTRAINT not_beast ON public.people_1 IS 'No beast here';
  CREATE UNIQUE INDEX lower_alone ON public.people_1 (lower(name));
  CREATE INDEX short ON public.people_1 (left(name, 3));
  ALTER TABLE public.people_1 ALTER COLUMN name SET DEFAULT 'P2';
  ALTER TABLE public.people_2 ALTER COLUMN name SET NOT NULL, ALTER COLUMN name DROP DEFAULT;
  ALTER TABLE public.people_2 ADD CONSTRAINT known FOREIGN KEY (name) REFERENCES public.names;
  ALTER TABLE public.people_3 ADD CONSTRAINT not_long CHECK (length(name) < 9);
  CREATE INDEX below ON public.people_3 (upper(name));
  INSERT INTO public.people SELECT n, 1 + n % 4, 'P' || n FROM generate_series(1, 40) AS n;`

const computed = [
  { add_column: { table: "people", column: { name: "low", type: "text", nullable: true }, up: "lower(name)" } },
  { drop_column: { table: "people", column: "name", down: "upper(low)" } },
]
const plain = [{ drop_column: { table: "people", column: "name" } }]

async function begin(operations: Parameters<typeof Purging.begin>[1]): Promise<Purging> {
  const change = await Purging.begin(people, operations)
  onTestFinished(() => change.end())
  return change
}

/** All that is said of the column anywhere: constraints, indexes, NOT NULL and defaults. */
async function shape(change: Purging): Promise<readonly string[]> {
  const rows = await change.query<{ said: string }>(
    `WITH tree AS (SELECT relid AS oid FROM pg_partition_tree('public.people'))
     SELECT concat_ws(' ', o.conrelid::regclass, o.conname, pg_get_constraintdef(o.oid), obj_description(o.oid, 'pg_constraint')) AS said
       FROM tree JOIN pg_constraint AS o ON o.conrelid = tree.oid
     UNION ALL
     SELECT pg_get_indexdef(x.indexrelid) || ' ' || x.indisvalid FROM tree JOIN pg_index AS x ON x.indrelid = tree.oid
     UNION ALL
     SELECT concat_ws(' ', a.attrelid::regclass, a.attname, a.attnotnull, pg_get_expr(v.adbin, v.adrelid))
       FROM tree JOIN pg_attribute AS a ON a.attrelid = tree.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_attrdef AS v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
     ORDER BY 1`,
  )
  return rows.map(({ said }) => said)
}

describe.each([
  ["that is computed", computed],
  ["that is only kept", plain],
])("what only a partition has on a column %s", (_, operations) => {
  test.each(["contract/hide", "purge/drop"])("comes back after %s", async (last) => {
    const change = await begin(operations)
    const before = await shape(change)
    await change.through(last)
    await change.back()
    expect(await shape(change)).toEqual(before)
  })
})

test("refuses no write of the new shape while the column is hidden", async () => {
  const change = await begin(computed)
  await change.contract()
  // Breaks the check, the unique index and the foreign key, and what isn't NULL would have to be computed.
  await change.query("UPDATE public.people SET low = '666' WHERE part = 1")
  await change.query("UPDATE public.people SET low = NULL WHERE id = 1")
  await change.query(
    "INSERT INTO public.people (id, part, low) VALUES (100, 2, 'nobody'), (101, 2, NULL), (102, 3, 'longer than 9')",
  )
})

test("asks for nothing where the partition was dropped or detached meanwhile", async () => {
  for (const last of ["contract/hide", "purge/drop"]) {
    const change = await begin(computed)
    await change.through(last)
    await change.query("DROP TABLE public.people_1; ALTER TABLE public.people DETACH PARTITION public.people_2")
    await change.back()
    expect(await change.query("SELECT id FROM public.people WHERE part = 1")).toEqual([])
    const [row] = await change.query<{ rows: number }>("SELECT count(name)::int AS rows FROM public.people")
    expect(row?.rows).toBe(20)
  }
})

test("an undo of another default gives a partition its own again", async () => {
  const change = await begin([{ alter_column: { table: "people", column: "name", default: "'P3'" } }])
  const before = await shape(change)
  for (const step of change.plan.steps) await change.perform(step)
  await change.back()
  expect(await shape(change)).toEqual(before)
})
