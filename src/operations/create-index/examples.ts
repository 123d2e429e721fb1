import type { OperationExample } from "../operation.ts"
import type { CreateIndexInput } from "./input.ts"

const orders = `
CREATE TABLE public.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL,
  placed_at timestamptz,
  total numeric(10,2) NOT NULL DEFAULT 0,
  number text,
  details jsonb NOT NULL DEFAULT '{}'
);
INSERT INTO public.orders (customer, placed_at, total, number)
SELECT 'c' || n % 20, timestamptz '2024-01-01' + n * interval '1 hour', n, 'N' || n FROM generate_series(1, 500) AS n;`

const ordersWrites = [
  "INSERT INTO public.orders (customer, total) SELECT 'new' || count(*), 1 FROM public.orders",
  "UPDATE public.orders SET total = total + 1, customer = customer || '!' WHERE id % 50 = 1",
  "DELETE FROM public.orders WHERE id % 100 = 7",
]

/** What the reference shows and the lifecycle harness takes through every phase. */
export const createIndexExamples: readonly OperationExample<CreateIndexInput>[] = [
  {
    title: "One column",
    given: orders,
    oldWrites: ordersWrites,
    input: { table: "orders", name: "orders_customer_idx", columns: ["customer"] },
  },
  {
    title: "Several columns, with order, collation, operator class and storage parameters",
    given: orders,
    oldWrites: ordersWrites,
    input: {
      table: "orders",
      name: "orders_search_idx",
      columns: {
        placed_at: { sort: "DESC", nulls: "LAST" },
        total: { nulls: "FIRST" },
        customer: { collate: "C", opclass: { name: "text_pattern_ops" } },
      },
      storage_parameters: "fillfactor = 70, deduplicate_items = off",
    },
  },
  {
    title: "Unique, with a column beside the key",
    given: orders,
    oldWrites: ordersWrites,
    input: { table: "orders", name: "orders_number_key", columns: ["number"], include: ["customer"], unique: true },
  },
  {
    title: "Expressions, and only some of the rows",
    given: orders,
    oldWrites: ordersWrites,
    input: {
      table: "orders",
      name: "orders_lower_idx",
      columns: [{ expression: "lower(customer)" }, { expression: "total * 2", sort: "DESC" }, "number"],
      predicate: "total > 10 AND number IS NOT NULL",
    },
  },
  {
    title: "For documents",
    given: orders,
    oldWrites: ordersWrites,
    input: {
      table: "orders",
      name: "orders_details_idx",
      method: "gin",
      columns: { details: { opclass: { name: "jsonb_path_ops" } } },
      storage_parameters: "fastupdate = off",
    },
  },
  {
    title: "In which NULL equals NULL",
    given:
      "CREATE TABLE public.slots (id int PRIMARY KEY, room int, day date); INSERT INTO public.slots VALUES (1, NULL, NULL), (2, 1, NULL);",
    oldWrites: ["UPDATE public.slots SET room = room + 1"],
    input: { table: "slots", name: "slots_key", columns: ["room", "day"], unique: true, nulls_not_distinct: true },
  },
  {
    title: "Names that need their quotes, in another schema, without a row",
    given: `CREATE SCHEMA "Shop ""1"; CREATE TABLE "Shop ""1"."Order.Items" ("select" text, "Größe ""x.y" numeric(10,2));`,
    oldWrites: [`INSERT INTO "Shop ""1"."Order.Items" VALUES ('y', 1.5)`],
    input: {
      table: { schema: 'Shop "1', name: "Order.Items" },
      name: 'ünïque "Order.Items" index with a name of exactly 63 bytes...',
      columns: ["select", 'Größe "x.y', { expression: 'upper("select")' }],
    },
  },
  {
    title: "On a partitioned table, at several levels",
    given: `
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE public.events_2 PARTITION OF public.events FOR VALUES FROM ('2024-07-01') TO ('2025-01-01')
  PARTITION BY LIST (kind);
CREATE TABLE public.events_2_other PARTITION OF public.events_2 DEFAULT;
INSERT INTO public.events SELECT n, date '2024-01-01' + (n % 360)::int, 'k' || n % 3 FROM generate_series(1, 500) AS n;`,
    oldWrites: [
      "INSERT INTO public.events SELECT max(id) + 1, '2024-03-04', 'new' FROM public.events",
      "UPDATE public.events SET at = date '2024-01-01' + (at - date '2024-01-01' + 190) % 360 WHERE id % 10 = 1",
    ],
    input: { table: "events", name: "events_key", columns: { kind: {}, at: { sort: "DESC" }, id: {} }, unique: true },
  },
]
