import type { OperationExample } from "../operation.ts"
import type { AddColumnInput } from "./input.ts"

const users = `
CREATE TABLE public.users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  email character varying(200),
  visits integer NOT NULL DEFAULT 0
);
INSERT INTO public.users (name, email, visits)
SELECT 'First' || n || ' Last' || n, 'u' || n || '@example.org', n % 7 FROM generate_series(1, 500) AS n;`

/** An application of the old shape: new rows, changed rows, rows that go, and changes that concern nobody else. */
const usersWrites = [
  "INSERT INTO public.users (name, email) SELECT 'Newcomer Nr' || count(*), NULL FROM public.users",
  "UPDATE public.users SET name = 'Re ' || name WHERE id % 50 = 1",
  "UPDATE public.users SET visits = (visits + 1) % 7 WHERE id % 20 = 3",
  "DELETE FROM public.users WHERE id % 100 = 7",
]

/** What the reference shows and the lifecycle harness takes through every phase. */
export const addColumnExamples: readonly OperationExample<AddColumnInput>[] = [
  {
    title: "A nullable column",
    given: users,
    oldWrites: usersWrites,
    input: {
      table: "users",
      column: { name: "nickname", type: "text", nullable: true, comment: "As friends call them" },
    },
  },
  {
    title: "A required column with a constant default",
    given: users,
    oldWrites: usersWrites,
    input: { table: "users", column: { name: "active", type: "boolean", default: true } },
  },
  {
    title: "A required column, computed from another",
    given: users,
    oldWrites: usersWrites,
    newWrites: [
      "INSERT INTO public.users (name, first_name) VALUES ('Ada Lovelace', 'Augusta')",
      "UPDATE public.users SET first_name = 'Own' WHERE id % 30 = 4",
    ],
    input: {
      table: "users",
      column: { name: "first_name", type: "varchar(60)", comment: "Before the first blank", default: "''" },
      up: "split_part(name, ' ', 1)",
    },
  },
  {
    title: "Unique and checked",
    given: users,
    oldWrites: usersWrites,
    input: {
      table: "users",
      column: {
        name: "handle",
        type: "text",
        nullable: false,
        unique: true,
        check: { name: "users_handle_lower", constraint: "handle = lower(handle)" },
      },
      up: "lower(replace(name, ' ', '.'))",
    },
  },
  {
    title: "A foreign key",
    given: `${users}
CREATE TABLE public.teams (id integer PRIMARY KEY, title text NOT NULL);
INSERT INTO public.teams SELECT n, 'Team ' || n FROM generate_series(0, 6) AS n;`,
    oldWrites: usersWrites,
    input: {
      table: "users",
      column: {
        name: "team_id",
        type: "int",
        references: { name: "users_team_id_fkey", table: "teams", column: "id", on_delete: "CASCADE" },
      },
      up: "visits",
    },
  },
  {
    title: "A default that is another for each row",
    given: users,
    oldWrites: usersWrites,
    input: { table: "users", column: { name: "token", type: "uuid", default: "gen_random_uuid()" } },
  },
  {
    title: "Names that need their quotes, in another schema, without a key",
    given: `
CREATE SCHEMA "Shop ""1";
CREATE TABLE "Shop ""1"."Order.Items" ("select" text, "Größe" numeric(10,2));
INSERT INTO "Shop ""1"."Order.Items" SELECT 'x' || n, n / 3.0 FROM generate_series(1, 300) AS n;`,
    oldWrites: [
      `INSERT INTO "Shop ""1"."Order.Items" VALUES ('y', 1.5)`,
      `UPDATE "Shop ""1"."Order.Items" SET "Größe" = "Größe" + 1 WHERE "select" LIKE '%7'`,
    ],
    newWrites: [`INSERT INTO "Shop ""1"."Order.Items" ("select", "Weird ""Name.x") VALUES ('z', 7)`],
    input: {
      table: { schema: 'Shop "1', name: "Order.Items" },
      column: { name: 'Weird "Name.x', type: "numeric(12,1)", nullable: true },
      up: '"Größe" * 2',
    },
  },
  {
    title: "On a partitioned table",
    given: `
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE public.events_1 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
CREATE TABLE public.events_2 PARTITION OF public.events FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
INSERT INTO public.events SELECT n, date '2024-01-01' + (n % 360)::int, 'k' || n % 3 FROM generate_series(1, 500) AS n;`,
    oldWrites: [
      "INSERT INTO public.events SELECT max(id) + 1, '2024-03-04', 'new' FROM public.events",
      "UPDATE public.events SET at = date '2024-01-01' + (at - date '2024-01-01' + 190) % 360 WHERE id % 10 = 1",
    ],
    newWrites: ["UPDATE public.events SET month = 13 WHERE id = 5"],
    input: { table: "events", column: { name: "month", type: "smallint" }, up: "extract(month from at)" },
  },
]
