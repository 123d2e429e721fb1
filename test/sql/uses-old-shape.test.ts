import { beforeAll, describe, expect, test } from "vitest"
import type { OldShape } from "../../src/domain/old-shape.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { usesOldShape } from "../../src/sql/uses-old-shape.ts"

const people = { schema: "public", name: "people" }
const hostile = { schema: `a"b.c`, name: `People "x"` }
const shape: OldShape = {
  columns: [
    { relation: people, column: "name" },
    { relation: hostile, column: `Na"me` },
  ],
  schemas: ["public_base"],
  elsewhere: [
    { relation: { schema: "public", name: "orgs" }, column: "name" },
    { relation: { schema: "tenant_b", name: "orders" }, column: "name" },
    { relation: { schema: "tenant_b", name: "bills" }, column: "name" },
  ],
  known: [
    people,
    hostile,
    ...["orgs", "jobs", "orders", "log", "new"].map((name) => ({ schema: "public", name })),
    ...["orders", "bills"].map((name) => ({ schema: "tenant_b", name })),
  ],
}
const uses = (text: string): boolean => usesOldShape(text, shape)

beforeAll(loadParser)

describe("a statement uses the old shape", () => {
  test.each([
    ["a column by its bare name", "SELECT id FROM people WHERE name = $1"],
    ["the table with its schema", "SELECT name FROM public.people"],
    ["a full name", "SELECT public.people.name FROM people"],
    ["an alias", "SELECT p.name FROM people AS p"],
    ["a field of the row", "SELECT (p).name FROM people p"],
    [
      "a join with a table that has such a column, too",
      "SELECT p.name, o.name FROM people p JOIN orgs o ON o.id = p.org",
    ],
    [
      "a bare name that only a table of the same name in another schema has",
      "SELECT name, total FROM people JOIN orders USING (id)",
    ],
    ["a bare name beside a function", "SELECT name FROM people, generate_series(1, 2) AS n"],
    [
      "a bare name within, where no table there has it",
      "SELECT id FROM people WHERE EXISTS (SELECT FROM jobs WHERE name = $1)",
    ],
    ["USING", "SELECT count(*) FROM people JOIN orgs USING (name)"],
    ["ON", "SELECT 1 FROM orgs o LEFT JOIN people p ON p.name = o.label"],
    ["a subquery", "SELECT id FROM orgs WHERE id IN (SELECT org FROM people WHERE name LIKE $1)"],
    ["an outer query's table", "SELECT id FROM people p WHERE EXISTS (SELECT FROM jobs j WHERE j.title = p.name)"],
    ["a query of WITH", "WITH x AS (SELECT name AS n FROM people) SELECT n FROM x"],
    ["a column that came through *", "SELECT x.name FROM (SELECT * FROM people) AS x"],
    ["a column that came through * of WITH", "WITH x AS (SELECT p.* FROM people p) SELECT upper(name) FROM x"],
    ["a lateral query", "SELECT 1 FROM people p, LATERAL (SELECT p.name) AS l"],
    ["a function's argument", "SELECT 1 FROM people p, unnest(string_to_array(p.name, $1)) AS part"],
    ["one side of a UNION", "SELECT label FROM orgs UNION ALL SELECT name FROM people ORDER BY 1"],
    ["ORDER BY", "SELECT id FROM people ORDER BY name"],
    ["GROUP BY and an alias of its own", "SELECT name AS n, count(*) FROM people GROUP BY n"],
    ["INSERT", "INSERT INTO people (id, name) VALUES ($1, $2)"],
    ["INSERT from a query", "INSERT INTO log (line) SELECT name FROM people"],
    ["ON CONFLICT's columns", "INSERT INTO people (id) VALUES ($1) ON CONFLICT (name) DO NOTHING"],
    ["ON CONFLICT's SET", "INSERT INTO people (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET name = $2"],
    ["EXCLUDED", "INSERT INTO people (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET label = excluded.name"],
    ["RETURNING", "INSERT INTO people (id) VALUES ($1) RETURNING name"],
    ["UPDATE", "UPDATE people SET name = $1 WHERE id = $2"],
    ["UPDATE of several at once", "UPDATE people SET (id, name) = ($1, $2)"],
    ["UPDATE's condition", "UPDATE people p SET id = $1 FROM orgs o WHERE p.name = o.label"],
    ["DELETE", "DELETE FROM people USING orgs o WHERE people.name = o.label"],
    ["DELETE … RETURNING in WITH", "WITH x AS (DELETE FROM people RETURNING name) SELECT count(*) FROM x"],
    ["MERGE's update", "MERGE INTO people p USING new n ON p.id = n.id WHEN MATCHED THEN UPDATE SET name = n.x"],
    [
      "MERGE's insert",
      "MERGE INTO people p USING new n ON p.id = n.id WHEN NOT MATCHED THEN INSERT (name) VALUES (n.x)",
    ],
    ["COPY FROM", "COPY people (id, name) FROM STDIN"],
    ["COPY of a query", "COPY (SELECT name FROM people) TO STDOUT"],
    ["a cursor", "DECLARE c CURSOR FOR SELECT name FROM people"],
    ["PREPARE", "PREPARE p AS SELECT name FROM people WHERE id = $1"],
    [
      "a values list's column beside it",
      "UPDATE people SET name = v.name FROM (VALUES ($1, $2)) AS v (id, name) WHERE v.id = people.id",
    ],
    ["an old version's schema, whatever the column", "SELECT id FROM public_base.people"],
    ["PostgreSQL's $1 in the place of a literal", "SELECT name FROM people WHERE born > date $1 - interval $2"],
    ["hostile names", `SELECT "Na""me" FROM "a""b.c"."People ""x"""`],
    ["hostile names behind an alias", `UPDATE "People ""x""" AS "p.q" SET id = 1 WHERE "p.q"."Na""me" = $1`],
  ])("%s", (_, text) => expect(uses(text)).toBe(true))
})

describe("a statement doesn't, or nobody can tell", () => {
  test.each([
    ["other columns", "SELECT id, full_name FROM people"],
    ["the name after another table", "SELECT o.name FROM people p JOIN orgs o ON o.id = p.org"],
    ["a bare name that a table beside it has", "SELECT name FROM people JOIN orgs ON orgs.id = people.org"],
    [
      "a bare name of the inner query's table",
      "SELECT id FROM people WHERE org IN (SELECT id FROM orgs WHERE name = $1)",
    ],
    [
      "a bare name that a table beside it has, of another schema alone",
      "SELECT name FROM people JOIN bills USING (id)",
    ],
    [
      "a bare name that a function within may have",
      "SELECT id FROM people p WHERE EXISTS (SELECT FROM cities_of(p.id) WHERE name = $1)",
    ],
    [
      "a bare name that a temporary table within may have",
      "UPDATE people SET full_name = $1 WHERE id IN (SELECT id FROM incoming WHERE name = $2)",
    ],
    ["another table alone", "SELECT name FROM orgs"],
    ["a table of another schema", "SELECT name FROM audit.people"],
    ["the new version's schema", "SELECT name FROM public_0001_change.people"],
    [
      "the outer query's column",
      "SELECT name FROM jobs WHERE EXISTS (SELECT FROM people WHERE people.id = jobs.person)",
    ],
    ["a new column under the old name", "SELECT first || last AS name FROM people ORDER BY name"],
    ["that name grouped by", "SELECT lower(full_name) AS name, count(*) FROM people GROUP BY name"],
    [
      "that name given on by a subquery",
      "SELECT x.name FROM (SELECT full_name AS name FROM people) AS x WHERE name = $1",
    ],
    ["that name given on by WITH", "WITH x AS (SELECT full_name AS name FROM people) SELECT name FROM x"],
    ["WITH's own names", "WITH x (id, name) AS (SELECT id, full_name FROM people) SELECT name FROM x"],
    ["a query of WITH by the table's name", "WITH people AS (SELECT 1 AS name) SELECT name FROM people"],
    ["a function's column", "SELECT name FROM people, jsonb_to_recordset($1) AS r (name text)"],
    ["a function's only column", "SELECT name FROM people, unnest($1::text[]) AS name"],
    [
      "a list of values",
      "UPDATE people SET full_name = v.name FROM (VALUES ($1, $2)) AS v (id, name) WHERE v.id = people.id",
    ],
    ["columns named anew", "SELECT p.name FROM people AS p (id, name)"],
    ["*", "SELECT * FROM people"],
    ["INSERT without a list", "INSERT INTO people VALUES ($1, $2)"],
    ["INSERT from such a column of another table", "INSERT INTO people (full_name) SELECT name FROM orgs"],
    ["a string, a comment", "SELECT 'name' /* name */ FROM people"],
    ["a function or type of the name", "SELECT name(id), id::name FROM people"],
    ["what pg_dump does", "COPY public.people (id, name) TO stdout"],
    ["EXPLAIN", "EXPLAIN SELECT name FROM people"],
    ["a check of ours", "SELECT /* sluice */ (name) IS NULL FROM public.people LIMIT 1"],
    ["DDL", "CREATE INDEX ON people (name)"],
    ["maintenance", "ANALYZE people (name)"],
    ["a text that was cut", "SELECT name FROM people WHERE ("],
    ["an assignment of PL/pgSQL", "name := (SELECT name FROM people)"],
    ["nothing", ""],
  ])("%s", (_, text) => expect(uses(text)).toBe(false))

  test("a text that nests thousands deep", () => {
    expect(uses(`SELECT ${"(".repeat(20_000)}name${")".repeat(20_000)} FROM people`)).toBe(false)
    const sum = `SELECT name FROM people WHERE ${"id + ".repeat(20_000)}id > 0`
    expect(() => uses(sum)).not.toThrow()
  })
})
