import { beforeAll, expect, onTestFinished, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import { Purging } from "../archive/purging.ts"

// What two dropped columns both take part in was dropped with each of them: contract stopped with 42704.

beforeAll(loadParser)

const spans = `
  CREATE TABLE public.spans (id integer PRIMARY KEY, a integer NOT NULL DEFAULT 0, b integer,
    CONSTRAINT in_order CHECK (a < b), CONSTRAINT both_alone UNIQUE (a, b));
  CREATE UNIQUE INDEX sum_alone ON public.spans ((a + b), a);
  INSERT INTO public.spans SELECT n, n, n + 1 FROM generate_series(1, 20) AS n;`

const parts = `
  CREATE TABLE public.spans (id integer PRIMARY KEY, a integer NOT NULL DEFAULT 0, b integer) PARTITION BY RANGE (id);
  CREATE TABLE public.spans_1 PARTITION OF public.spans DEFAULT;
  ALTER TABLE public.spans_1 ADD CONSTRAINT in_order CHECK (a < b), ADD CONSTRAINT both_alone UNIQUE (a, b);
  INSERT INTO public.spans SELECT n, n, n + 1 FROM generate_series(1, 20) AS n;`

const drop = (column: string) => ({ drop_column: { table: "spans", column } })

test.each([
  ["a table", spans, "contract/hide"],
  ["a table", spans, "purge/drop"],
  ["a partition", parts, "contract/hide"],
  ["a partition", parts, "purge/drop"],
])("what two dropped columns of %s take part in goes once and comes back once", async (_, given, last) => {
  const change = await Purging.begin(given, [drop("a"), drop("b")])
  onTestFinished(() => change.end())
  const shape = () =>
    change.query(
      `SELECT conrelid::regclass::text AS relation, pg_get_constraintdef(oid) AS said, convalidated FROM pg_constraint
        WHERE conname IN ('in_order', 'both_alone') UNION ALL
       SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
        WHERE indrelid::regclass::text LIKE 'spans%' ORDER BY 1, 2`,
    )
  const before = await shape()
  await change.through(last)
  await change.query("INSERT INTO public.spans (id) VALUES (100)")
  await change.query("DELETE FROM public.spans WHERE id = 100")
  await change.back()
  expect(await shape()).toEqual(before)
})
