import { afterEach, beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "./archive/purging.ts"

let change: Purging | null = null
beforeAll(loadParser)
afterEach(async () => {
  await change?.end()
  change = null
})

const orders = `
  CREATE TABLE public.orders (
    id integer PRIMARY KEY, a varchar(20) NOT NULL, b text, valid_a boolean NOT NULL DEFAULT true,
    CONSTRAINT orders_a_valid CHECK (valid_a OR a <> 'a')
  );
  CREATE INDEX orders_b_a ON public.orders (b, a);
  CREATE UNIQUE INDEX orders_a_with_b ON public.orders (a) INCLUDE (b);
  CREATE UNIQUE INDEX orders_id_with_a ON public.orders (id) INCLUDE (a, b);
  CREATE INDEX orders_expression ON public.orders (lower(b), (length(b) + id), a);
  CREATE INDEX orders_order ON public.orders (a DESC NULLS LAST, b text_pattern_ops) WITH (fillfactor = 70);
  CREATE INDEX orders_some ON public.orders USING hash (a) WHERE valid_a AND b IS NOT NULL;
  INSERT INTO public.orders SELECT n, 'A' || n, 'B' || n FROM generate_series(1, 50) AS n;`

const views = { schemas: true, roles: { old: null, new: null } }

const definitions = `
  SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
   WHERE indrelid = 'public.orders'::regclass AND indisvalid
   UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
   WHERE conrelid = 'public.orders'::regclass AND contype = 'c' ORDER BY 1`

test("indexes and checks of a column that gets another type mean what they meant, there and back", async () => {
  const alter = { alter_column: { table: "orders", column: "a", type: "character varying(40)", up: "a", down: "a" } }
  change = await Purging.begin(orders, [alter], {}, "0002_longer", views)
  const texts = async (): Promise<string[]> =>
    ((await change?.query<{ definition: string }>(definitions)) ?? []).map(({ definition }) => definition)
  const before = await texts()
  expect(before).toHaveLength(8)
  await change.through(change.plan.steps.at(-1)?.id ?? "")
  expect(await texts()).toEqual(before)
  await change.back()
  expect(await texts()).toEqual(before)
})
