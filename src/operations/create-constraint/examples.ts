import type { OperationExample } from "../operation.ts"
import type { CreateConstraintInput } from "./input.ts"

const items = `
CREATE TABLE public.vendors (region text NOT NULL, code text NOT NULL, PRIMARY KEY (region, code));
INSERT INTO public.vendors SELECT r, 'v' || n FROM generate_series(1, 5) AS n, unnest(ARRAY['eu', 'us']) AS r;
CREATE TABLE public.items (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  region text NOT NULL,
  vendor text,
  name text NOT NULL,
  price numeric(10,2) NOT NULL DEFAULT 1
);
INSERT INTO public.items (region, vendor, name)
SELECT CASE WHEN n % 2 = 0 THEN 'eu' ELSE 'us' END, 'v' || 1 + n % 5, 'item ' || n FROM generate_series(1, 500) AS n;`

const itemsWrites = [
  "INSERT INTO public.items (region, vendor, name) SELECT 'eu', NULL, 'new ' || max(id) FROM public.items",
  "UPDATE public.items SET price = price + 1, name = name || '!' WHERE id % 50 = 1",
  "DELETE FROM public.items WHERE id % 100 = 7",
]

/** What the reference shows and the lifecycle harness takes through every phase. */
export const createConstraintExamples: readonly OperationExample<CreateConstraintInput>[] = [
  {
    title: "A check over several columns",
    given: items,
    oldWrites: itemsWrites,
    input: {
      type: "check",
      table: "items",
      name: "items_vendor_name",
      columns: ["vendor", "name"],
      check: "length(name) >= length(vendor)",
    },
  },
  {
    title: "Unique over several columns",
    given: items,
    oldWrites: itemsWrites,
    input: { type: "unique", table: "items", name: "items_vendor_name_key", columns: ["vendor", "name"] },
  },
  {
    title: "Unique, deferrable, where NULL equals NULL, with a column beside the key",
    given: items,
    oldWrites: ["UPDATE public.items SET name = name || '!' WHERE id % 50 = 1"],
    input: {
      type: "unique",
      table: "items",
      name: "items_key",
      columns: ["region", "name"],
      nulls_not_distinct: true,
      index_parameters: { include_columns: ["price"], storage_parameters: "fillfactor = 80" },
      initially_deferred: true,
    },
  },
  {
    title: "A primary key of columns that may hold NULL until then",
    given: `
CREATE TABLE public.members (team int, person text, since date);
INSERT INTO public.members SELECT n % 7, 'p' || n, '2024-01-01' FROM generate_series(1, 300) AS n;`,
    oldWrites: ["UPDATE public.members SET since = since + 1 WHERE team = 3"],
    input: { type: "primary_key", table: "members", name: "members_pkey", columns: ["team", "person"] },
  },
  {
    title: "A foreign key of several columns, named in another order than the key's",
    given: items,
    oldWrites: itemsWrites,
    input: {
      type: "foreign_key",
      table: "items",
      name: "items_vendor_fkey",
      columns: ["vendor", "region"],
      references: { table: "vendors", columns: ["code", "region"], on_delete: "RESTRICT", on_update: "CASCADE" },
    },
  },
  {
    title: "A foreign key that is all or nothing, and deferred",
    given: items,
    oldWrites: ["UPDATE public.items SET price = price + 1 WHERE id % 50 = 1"],
    input: {
      type: "foreign_key",
      table: "items",
      name: "items_vendor_fkey",
      columns: ["region", "vendor"],
      references: {
        table: "vendors",
        columns: ["region", "code"],
        match_type: "FULL",
        on_delete: "SET NULL",
        on_delete_set_columns: ["vendor"],
      },
      deferrable: true,
      initially_deferred: true,
    },
  },
  {
    title: "Names that need their quotes, in another schema, without a row",
    given: `CREATE SCHEMA "Shop ""1"; CREATE TABLE "Shop ""1"."Order.Items" ("select" text, "Größe ""x.y" numeric(10,2));`,
    oldWrites: [`INSERT INTO "Shop ""1"."Order.Items" VALUES ('y', 1.5)`],
    input: {
      type: "check",
      table: { schema: 'Shop "1', name: "Order.Items" },
      name: 'ünïque "Order.Items" check with a name of exactly 63 bytes...',
      check: `"select" <> 'select' OR "Größe ""x.y" > 0`,
      no_inherit: true,
    },
  },
  {
    title: "A foreign key of a partitioned table to a partitioned table",
    given: `
CREATE TABLE public.kinds (kind text PRIMARY KEY) PARTITION BY HASH (kind);
CREATE TABLE public.kinds_1 PARTITION OF public.kinds FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.kinds_2 PARTITION OF public.kinds FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO public.kinds SELECT 'k' || n FROM generate_series(0, 2) AS n;
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE public.events_2 PARTITION OF public.events FOR VALUES FROM ('2024-07-01') TO ('2025-01-01')
  PARTITION BY LIST (kind);
CREATE TABLE public.events_2_other PARTITION OF public.events_2 DEFAULT;
INSERT INTO public.events SELECT n, date '2024-01-01' + (n % 360)::int, 'k' || n % 3 FROM generate_series(1, 500) AS n;`,
    oldWrites: [
      "INSERT INTO public.events SELECT max(id) + 1, '2024-03-04', 'k1' FROM public.events",
      "UPDATE public.events SET at = date '2024-01-01' + (at - date '2024-01-01' + 190) % 360 WHERE id % 10 = 1",
    ],
    input: {
      type: "foreign_key",
      table: "events",
      name: "events_kind_fkey",
      columns: ["kind"],
      references: { table: "kinds", columns: ["kind"] },
    },
  },
  {
    title: "A check of a partitioned table",
    given: `
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
INSERT INTO public.events SELECT n, date '2024-01-01' + (n % 100)::int FROM generate_series(1, 300) AS n;`,
    oldWrites: ["UPDATE public.events SET id = id + 1000 WHERE id % 10 = 1"],
    input: { type: "check", table: "events", name: "events_id_check", check: "id > 0" },
  },
]
