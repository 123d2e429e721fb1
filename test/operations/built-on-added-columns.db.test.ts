import { beforeAll, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { Lifecycle } from "../harness/lifecycle.ts"
import type { LifecycleSetting } from "../harness/lifecycle.ts"
import { thereAndBackAndThere } from "../harness/there-and-back.ts"
import { revision } from "../planner/sample-catalog.ts"
import { offending } from "./offending.ts"

beforeAll(loadParser)

async function live(setting: LifecycleSetting, ...operations: readonly Record<string, unknown>[]): Promise<void> {
  const life = await Lifecycle.beginWith([revision("0001_together", ...operations)], setting)
  try {
    await thereAndBackAndThere(life)
  } finally {
    await life.end()
  }
}

const users: LifecycleSetting = {
  given: `
CREATE TABLE public.teams (id integer PRIMARY KEY);
INSERT INTO public.teams SELECT generate_series(0, 6);
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant int NOT NULL, name text NOT NULL);
INSERT INTO public.users (tenant, name) SELECT n % 5, 'First' || n || ' Last' FROM generate_series(1, 400) AS n;`,
  oldWrites: [
    "INSERT INTO public.users (tenant, name) SELECT 1, 'Newcomer' || max(id) || ' Last' FROM public.users",
    "UPDATE public.users SET name = 'Re' || name WHERE id % 50 = 1",
    "DELETE FROM public.users WHERE id % 100 = 7",
  ],
}

test("index, unique, check and foreign key on columns that the plan adds and fills", async () => {
  await live(
    {
      ...users,
      newWrites: ["INSERT INTO public.users (tenant, name, email) SELECT 2, 'N', 'n' || max(id) FROM public.users"],
    },
    { add_column: { table: "users", column: { name: "email", type: "varchar(80)" }, up: "lower(name)" } },
    { add_column: { table: "users", column: { name: "team", type: "int", nullable: true }, up: "tenant + 1" } },
    {
      create_index: {
        table: "users",
        name: "users_email_idx",
        columns: [{ expression: "upper(email)" }, "team"],
        predicate: "team > 2",
      },
    },
    { create_constraint: { type: "unique", table: "users", name: "users_email_key", columns: ["email", "tenant"] } },
    {
      create_constraint: {
        type: "check",
        table: "users",
        name: "users_email_check",
        check: "email <> name OR team > 0",
      },
    },
    {
      create_constraint: {
        type: "foreign_key",
        table: "users",
        name: "users_team_fkey",
        columns: ["team"],
        references: { table: "teams", columns: ["id"] },
      },
    },
  )
})

test("index and check on the halves of a name that is split", async () => {
  await live(
    {
      given: `
CREATE TABLE public.users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
INSERT INTO public.users (name) SELECT 'First' || n || ' Last' || n % 7 FROM generate_series(1, 400) AS n;`,
      oldWrites: [
        "INSERT INTO public.users (name) SELECT 'Newcomer' || max(id) || ' Last' FROM public.users",
        "UPDATE public.users SET name = 'Re' || name WHERE id % 50 = 1",
      ],
      newWrites: ["UPDATE public.users SET last_name = 'Married' WHERE id % 50 = 2"],
    },
    { add_column: { table: "users", column: { name: "first_name", type: "text" }, up: "split_part(name, ' ', 1)" } },
    { add_column: { table: "users", column: { name: "last_name", type: "text" }, up: "split_part(name, ' ', 2)" } },
    { drop_column: { table: "users", column: "name", down: "first_name || ' ' || last_name" } },
    {
      create_index: {
        table: "users",
        name: "users_last_idx",
        columns: { last_name: {}, first_name: { sort: "DESC" } },
      },
    },
    { create_constraint: { type: "check", table: "users", name: "users_names", check: "first_name <> last_name" } },
    {
      create_constraint: {
        type: "unique",
        table: "users",
        name: "users_key",
        columns: ["last_name", "first_name", "id"],
      },
    },
  )
})

test("index and constraint on a column that comes empty, or with a default", async () => {
  await live(
    users,
    { add_column: { table: "users", column: { name: "team", type: "int", nullable: true } } },
    { add_column: { table: "users", column: { name: "kind", type: "text", default: "'plain'" } } },
    { create_index: { table: "users", name: "users_kind_idx", columns: { kind: { sort: "desc" }, id: null } } },
    { create_constraint: { type: "unique", table: "users", name: "users_team_key", columns: ["team"] } },
    {
      create_constraint: {
        type: "check",
        table: "users",
        name: "users_kind_check",
        check: "kind IN ('plain', 'other')",
      },
    },
    {
      create_constraint: {
        type: "foreign_key",
        table: "users",
        name: "users_team_fkey",
        columns: ["team"],
        references: { table: "teams", columns: ["id"] },
      },
    },
  )
})

test("a primary key for a table that had none, and a foreign key of the table to it", async () => {
  await live(
    {
      given: `
CREATE TABLE public.notes (body text, number int, about int);
INSERT INTO public.notes SELECT 'b' || n, n, nullif(n / 2, 0) FROM generate_series(1, 300) AS n;`,
      oldWrites: ["UPDATE public.notes SET body = body || '!' WHERE number % 10 = 3"],
    },
    { add_column: { table: "notes", column: { name: "id", type: "bigint", nullable: true }, up: "number" } },
    { create_constraint: { type: "primary_key", table: "notes", name: "notes_pkey", columns: ["id"] } },
    {
      create_constraint: {
        type: "foreign_key",
        table: "notes",
        name: "notes_about_fkey",
        columns: ["about"],
        references: { table: "notes", columns: ["id"] },
      },
    },
  )
})

test("a table, its indexes and its constraints", async () => {
  await live(
    { given: "CREATE TABLE public.teams (id integer PRIMARY KEY);" },
    {
      create_table: {
        name: "members",
        columns: [
          { name: "id", type: "serial", pk: true },
          { name: "team", type: "int" },
        ],
      },
    },
    { create_index: { table: "members", name: "members_team_idx", columns: ["team"] } },
    { create_constraint: { type: "check", table: "members", name: "members_team_check", check: "team > 0" } },
    { create_constraint: { type: "unique", table: "members", name: "members_key", columns: ["team", "id"] } },
    {
      create_constraint: {
        type: "foreign_key",
        table: "members",
        name: "members_team_fkey",
        columns: ["team"],
        references: { table: "teams", columns: ["id"] },
      },
    },
  )
})

test("index and check on a column of which the plan changes the default alone", async () => {
  await live(
    users,
    { alter_column: { table: "users", column: "tenant", default: "3" } },
    { create_index: { table: "users", name: "users_tenant_idx", columns: ["tenant"] } },
    { create_constraint: { type: "check", table: "users", name: "users_tenant_check", check: "tenant >= 0" } },
  )
})

test("rows whose new values would break a rule stand against the plan, each by its key", async () => {
  const operations = [
    { add_column: { table: "users", column: { name: "email", type: "text", nullable: true }, up: "left(name, 6)" } },
    { create_constraint: { type: "unique", table: "users", name: "users_email_key", columns: ["email", "tenant"] } },
    {
      create_constraint: {
        type: "check",
        table: "users",
        name: "users_email_check",
        check: "email <> 'First1' OR id > 1",
      },
    },
    {
      create_index: {
        table: "users",
        name: "users_i",
        columns: [{ expression: "upper(email)" }],
        predicate: "tenant = 3",
        unique: true,
      },
    },
  ]
  const given = `CREATE TABLE users (id int PRIMARY KEY, tenant int, name text);
    INSERT INTO users VALUES (1, 1, 'First1'), (2, 1, 'First1x'), (3, 3, 'first1'), (4, 3, 'FIRST1'), (5, NULL, 'a'), (6, NULL, 'a')`
  expect(await offending(given, ...operations)).toEqual({
    "DUPLICATE_VALUES users_email_key": ["1", "2"],
    "CHECK_VIOLATED users_email_check": ["1"],
    "DUPLICATE_VALUES users_i": ["3", "4"],
  })
})
