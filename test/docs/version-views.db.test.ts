import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Client } from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { createRole } from "../harness/database.ts"
import { application, rows, versioned } from "../operations/views/versioned.ts"
import type { Versioned } from "../operations/views/versioned.ts"

/** What docs/version-views.md says of statements that a table takes and a view doesn't, and what to write instead. */

const given = `
CREATE TABLE people (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL DEFAULT 'nobody',
  email text CONSTRAINT people_email_key UNIQUE, loud text GENERATED ALWAYS AS (upper(name)) STORED);
CREATE UNIQUE INDEX people_email_lower ON people (lower(email));
CREATE TABLE orders (id integer PRIMARY KEY, person integer REFERENCES people);
CREATE TABLE events (at integer PRIMARY KEY) PARTITION BY RANGE (at);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (100);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (100) TO (200);
CREATE FUNCTION greeting(public.people) RETURNS text LANGUAGE sql AS $$ SELECT 'Hi ' || $1.name $$;
CREATE FUNCTION greeting(text) RETURNS text LANGUAGE sql AS $$ SELECT 'Hi ' || $1 $$;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
INSERT INTO people (name, email) VALUES ('Ada', 'ada@x'), ('Bob', 'bob@x');
INSERT INTO orders VALUES (1, 1); INSERT INTO events VALUES (1), (101);`

const cursor = "DECLARE here CURSOR FOR SELECT id FROM people FOR UPDATE; FETCH 1 FROM here"

interface Refused {
  /** The first cell of its line in the table. */
  readonly title: string
  /** Each with its SQLSTATE, or with what it answers where it is no error. */
  readonly refused: readonly (readonly [string, string | readonly object[]])[]
  readonly instead: readonly string[]
}

const list: readonly Refused[] = [
  {
    title: "`ON CONFLICT ON CONSTRAINT name`",
    refused: [
      ["INSERT INTO people (email) VALUES ('ada@x') ON CONFLICT ON CONSTRAINT people_email_key DO NOTHING", "42704"],
    ],
    instead: [
      "INSERT INTO people (email) VALUES ('ada@x') ON CONFLICT (email) DO UPDATE SET name = excluded.name",
      "INSERT INTO people (email) VALUES ('Ada@x') ON CONFLICT (lower(email)) DO NOTHING",
    ],
  },
  {
    title: "`ctid`, `xmin`, `xmax`, `tableoid`",
    refused: [
      ["SELECT ctid FROM people", "42703"],
      ["UPDATE people SET name = 'x' WHERE id = 1 AND xmin = '1'", "42703"],
      ["SELECT xmax FROM people", "42703"],
      ["SELECT tableoid::regclass FROM events", "42703"],
    ],
    instead: ["UPDATE people SET name = 'x' WHERE id = 1 AND name = 'Ada'"],
  },
  {
    title: "`RETURNING (xmax = 0)` of an upsert",
    refused: [
      [
        "INSERT INTO people (email) VALUES ('ada@x') ON CONFLICT (email) DO UPDATE SET name = 'x' RETURNING (xmax = 0)",
        "42703",
      ],
    ],
    instead: [
      "INSERT INTO people (email) VALUES ('ada@x') ON CONFLICT (email) DO NOTHING RETURNING id; UPDATE people SET name = 'x' WHERE email = 'ada@x'",
    ],
  },
  {
    title: "`GROUP BY` the primary key, with other columns selected",
    refused: [
      ["SELECT p.id, p.name, count(*) FROM people AS p JOIN orders AS o ON o.person = p.id GROUP BY p.id", "42803"],
    ],
    instead: [
      "SELECT p.id, p.name, count(*) FROM people AS p JOIN orders AS o ON o.person = p.id GROUP BY p.id, p.name",
      "SELECT p.id, p.name, (SELECT count(*) FROM orders AS o WHERE o.person = p.id) FROM people AS p",
    ],
  },
  {
    title: "`UPDATE` or `DELETE … WHERE CURRENT OF` a cursor",
    refused: [
      [`${cursor}; UPDATE people SET name = 'x' WHERE CURRENT OF here`, "0A000"],
      [
        `DECLARE here CURSOR FOR SELECT id FROM orders FOR UPDATE; FETCH 1 FROM here; DELETE FROM orders WHERE CURRENT OF here`,
        "0A000",
      ],
    ],
    instead: [`${cursor}; UPDATE people SET name = 'x' WHERE id = 1`],
  },
  {
    title: "`UPDATE … SET loud = DEFAULT` of a generated or identity column",
    refused: [
      ["UPDATE people SET name = 'x', loud = DEFAULT", "428C9"],
      ["UPDATE people SET id = DEFAULT WHERE id = 2", "428C9"],
    ],
    instead: ["UPDATE people SET name = 'x'", "INSERT INTO people (id, name, loud) VALUES (DEFAULT, 'x', DEFAULT)"],
  },
  {
    title: "`TABLESAMPLE`",
    refused: [["SELECT * FROM people TABLESAMPLE SYSTEM (1)", "0A000"]],
    instead: ["SELECT * FROM people WHERE random() < 0.01", "SELECT * FROM public.people TABLESAMPLE SYSTEM (1)"],
  },
  {
    title: "`MERGE`, before PostgreSQL 17",
    refused: [
      [
        "MERGE INTO people AS p USING (VALUES (1)) AS v (id) ON p.id = v.id WHEN MATCHED THEN UPDATE SET name = 'x'",
        "0A000",
      ],
    ],
    instead: ["INSERT INTO people (email) VALUES ('ada@x') ON CONFLICT (email) DO UPDATE SET name = 'x'"],
  },
  {
    title: "`COPY people TO`",
    refused: [["COPY people TO '/dev/null'", "42809"]],
    instead: ["COPY (SELECT * FROM people) TO '/dev/null'"],
  },
  {
    title: "`COPY people FROM`",
    refused: [["COPY people (name) FROM '/dev/null'", "42809"]],
    instead: [
      "CREATE TEMP TABLE came (name text); COPY came FROM '/dev/null'; INSERT INTO people (name) SELECT name FROM came",
    ],
  },
  {
    title: "`TRUNCATE`",
    refused: [["TRUNCATE events", "42809"]],
    instead: ["DELETE FROM events", "TRUNCATE public.events"],
  },
  {
    title: "a function of the table's row: `greeting(p)`, `p.greeting`",
    refused: [
      ["SELECT greeting(p) FROM people AS p", "42883"],
      ["SELECT p.greeting FROM people AS p", "42703"],
    ],
    instead: ["SELECT greeting(p.name) FROM people AS p"],
  },
  {
    title: "`pg_get_serial_sequence('people', 'id')`",
    refused: [["SELECT pg_get_serial_sequence('people', 'id') AS name", [{ name: null }]]],
    instead: [
      "INSERT INTO people (name) VALUES ('x') RETURNING id",
      "SELECT 1 / (currval(pg_get_serial_sequence('public.people', 'id')) > 0)::int FROM nextval('people_id_seq')",
    ],
  },
  {
    title: "`'people'::regclass` as a number, for an advisory lock say",
    refused: [["SELECT 'people'::regclass::oid = 'public.people'::regclass::oid AS same", [{ same: false }]]],
    instead: ["SELECT pg_advisory_xact_lock('public.people'::regclass::oid::bigint)"],
  },
  {
    title: "keys, NOT NULL, defaults and identity in `information_schema` or `pg_index`, as object mappers read them",
    refused: [
      ["SELECT count(*)::int AS keys FROM pg_index WHERE indrelid = 'people'::regclass", [{ keys: 0 }]],
      [
        "SELECT constraint_name FROM information_schema.table_constraints WHERE table_schema = current_schema() AND table_name = 'people'",
        [],
      ],
      [
        `SELECT DISTINCT is_nullable, column_default, is_identity FROM information_schema.columns
          WHERE table_schema = current_schema() AND table_name = 'people'`,
        [{ is_nullable: "YES", column_default: null, is_identity: "NO" }],
      ],
    ],
    instead: ["SELECT 1 / count(*) FROM pg_index WHERE indrelid = 'public.people'::regclass AND indisprimary"],
  },
  {
    title: "`VACUUM`, `ANALYZE`, `pg_total_relation_size`, `reltuples`",
    refused: [
      ["ANALYZE people", []],
      ["SELECT pg_total_relation_size('people')::int AS size", [{ size: 0 }]],
      ["SELECT reltuples FROM pg_class WHERE oid = 'people'::regclass", [{ reltuples: -1 }]],
    ],
    instead: ["ANALYZE public.people", "SELECT 1 / sign(pg_total_relation_size('public.people'))"],
  },
  {
    title: "`CREATE TABLE … (LIKE people INCLUDING ALL)`",
    refused: [
      [
        "CREATE TEMP TABLE copy (LIKE people INCLUDING ALL); SELECT count(*)::int AS keys FROM pg_index WHERE indrelid = 'copy'::regclass",
        [{ keys: 0 }],
      ],
    ],
    instead: [
      "CREATE TEMP TABLE copy (LIKE public.people INCLUDING ALL); SELECT 1 / count(*) FROM pg_index WHERE indrelid = 'copy'::regclass",
    ],
  },
  {
    title:
      "a migration of its own: `ALTER TABLE`, `CREATE INDEX`, `CREATE TRIGGER`, `REFERENCES`, `CREATE POLICY`, `COMMENT ON TABLE`",
    refused: [
      ["ALTER TABLE people ADD COLUMN age integer", "42809"],
      ["CREATE INDEX ON people (name)", "42809"],
      ["CREATE TRIGGER noted BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION public.noted()", "42809"],
      ["CREATE TABLE public.notes (person integer REFERENCES people)", "42809"],
      ["CREATE POLICY everybody ON people USING (true)", "42809"],
      ["COMMENT ON TABLE people IS 'x'", "42809"],
    ],
    instead: [
      "CREATE INDEX ON public.people (name)",
      "CREATE TABLE public.notes (person integer REFERENCES public.people)",
    ],
  },
  {
    title: "`CREATE TABLE IF NOT EXISTS` of a new table",
    refused: [["SET LOCAL ROLE %role%; CREATE TABLE IF NOT EXISTS fresh (id integer)", "42501"]],
    instead: ["SET LOCAL ROLE %role%; CREATE TABLE IF NOT EXISTS public.fresh (id integer)"],
  },
]

const works: readonly string[] = [
  "INSERT INTO people DEFAULT VALUES RETURNING *",
  "INSERT INTO people (id, name) OVERRIDING SYSTEM VALUE VALUES (70, 'x')",
  "INSERT INTO people (id, name) VALUES (DEFAULT, DEFAULT) RETURNING people",
  "UPDATE people AS p SET name = 'x' FROM orders AS o WHERE o.person = p.id",
  "DELETE FROM orders AS o USING people AS p WHERE p.id = o.person",
  "WITH gone AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM gone",
  "SELECT * FROM people FOR UPDATE SKIP LOCKED",
  "SELECT 1 FROM people AS p JOIN orders AS o ON o.person = p.id FOR NO KEY UPDATE OF p",
  "SELECT p, to_jsonb(p) FROM ONLY people AS p WHERE p.* IS NOT NULL",
  "SELECT name FROM jsonb_populate_record(NULL::people, '{}')",
  "UPDATE events SET at = 150 WHERE at = 1",
  "SELECT nextval('people_id_seq')",
]

let here: Versioned
let role: Awaited<ReturnType<typeof createRole>>
beforeAll(async () => {
  await loadParser()
  role = await createRole()
  here = await versioned(`${given} GRANT ALL ON SCHEMA public TO ${role.name}`)
})
afterAll(async () => {
  await here.database.drop()
  await role.drop()
})

/** What the last of the statements answers; nothing of it stays. */
async function tried(path: string, text: string): Promise<readonly unknown[]> {
  return application(here.database.url, path, async (client: Client) => {
    await client.query("BEGIN")
    const results: unknown = await client.query(text.replaceAll("%role%", role.name))
    await client.query("ROLLBACK")
    const last: unknown = Array.isArray(results) ? results.at(-1) : results
    return (last as { rows: unknown[] }).rows
  })
}

const onViews = "public_0001_now, public"

describe.each(list)("$title", ({ title, refused, instead }) => {
  test.each(refused)("%s", async (text, expected) => {
    if (title.startsWith("`MERGE`") && here.catalog.serverMajor >= 17)
      return expect(await tried(onViews, text)).toEqual([])
    if (typeof expected !== "string") return expect(await tried(onViews, text)).toEqual(expected)
    await expect(tried(onViews, text)).rejects.toMatchObject({ code: expected })
    // On the table it is an ordinary statement.
    await tried("public", text)
  })

  test.each(instead)("instead: %s", async (text) => {
    await tried(onViews, text)
  })
})

test.each(works)("goes through a view: %s", async (text) => {
  await tried(onViews, text)
})

test("LOCK TABLE locks the table, and partitions are pruned", async () => {
  await application(here.database.url, onViews, async (client) => {
    await client.query("BEGIN; LOCK TABLE people IN SHARE MODE")
    const locked =
      "SELECT relation::regclass::text AS name FROM pg_locks WHERE mode = 'ShareLock' AND relation = 'public.people'::regclass"
    expect(await rows(client, locked)).toHaveLength(1)
    const plan = JSON.stringify(await rows(client, "EXPLAIN SELECT FROM events WHERE at = 1"))
    expect(plan).toContain("events_1")
    expect(plan).not.toContain("events_2")
  })
})

test("the document lists what is tried here, and nothing else", () => {
  const text = readFileSync(join(packageDirectory(), "docs", "version-views.md"), "utf8")
  const [, part = ""] = text.split("## What a view isn't")
  const lines = part.split("\n").filter((line) => line.startsWith("| "))
  const titles = lines.slice(1).map((line) => line.split(" | ")[0]?.slice(2))
  expect(titles).toEqual(list.map(({ title }) => title))
})
