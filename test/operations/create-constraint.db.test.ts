import { beforeAll, describe, expect, test } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { offending } from "./offending.ts"

beforeAll(loadParser)

const create = (input: Record<string, unknown>): Record<string, unknown> => ({
  create_constraint: { table: "t", name: "c", ...input },
})

describe("rows that a constraint would refuse are found before anything is touched", () => {
  test("a check: false counts, unknown doesn't", async () => {
    const given =
      "CREATE TABLE t (id int PRIMARY KEY, a int, b int); INSERT INTO t VALUES (1, 1, 2), (2, 2, 1), (3, NULL, 1)"
    expect(await offending(given, create({ type: "check", check: "a < b" }))).toEqual({ "CHECK_VIOLATED c": ["2"] })
  })

  test("unique: rows with a NULL among the columns are no duplicates, unless NULL equals NULL", async () => {
    const given = `CREATE TABLE t (id int PRIMARY KEY, a int, b text);
      INSERT INTO t VALUES (1, 1, 'x'), (2, 1, 'x'), (3, 1, NULL), (4, 1, NULL), (5, NULL, NULL), (6, 2, 'x')`
    const unique = { type: "unique", columns: ["a", "b"] }
    expect(await offending(given, create(unique))).toEqual({ "DUPLICATE_VALUES c": ["1", "2"] })
    expect(await offending(given, create({ ...unique, nulls_not_distinct: true }))).toEqual({
      "DUPLICATE_VALUES c": ["1", "2", "3", "4"],
    })
  })

  test("a primary key: NULLs and duplicates, of a table without a key by the place of its rows", async () => {
    const given = "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 1), (1, 1), (NULL, 1), (2, 2)"
    expect(await offending(given, create({ type: "primary_key", columns: ["a", "b"] }))).toEqual({
      "VALUE_IS_NULL c": ["(0,3)"],
      "DUPLICATE_VALUES c": ["(0,1)", "(0,2)"],
    })
  })

  const pair = `CREATE TABLE p (x int, y text, UNIQUE (x, y)); INSERT INTO p VALUES (1, 'a'), (NULL, 'a'), (2, NULL);
    CREATE TABLE t (id int PRIMARY KEY, a text, b int);
    INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 1), (3, NULL, 9), (4, 'a', NULL), (5, NULL, NULL), (6, 'a', 2)`
  const reference = { table: "p", columns: ["y", "x"] }

  test("a foreign key: rows with a NULL among the columns point nowhere and miss nothing", async () => {
    const key = { type: "foreign_key", columns: ["a", "b"], references: reference }
    expect(await offending(pair, create(key))).toEqual({ "REFERENCED_ROW_MISSING c": ["2", "6"] })
  })

  test("a foreign key with MATCH FULL: some NULLs break it too, only NULLs don't", async () => {
    const key = { type: "foreign_key", columns: ["a", "b"], references: { ...reference, match_type: "FULL" } }
    expect(await offending(pair, create(key))).toEqual({ "REFERENCED_ROW_MISSING c": ["2", "3", "4", "6"] })
  })

  test("a foreign key of types that aren't PostgreSQL's own, and rows of heirs, which don't count", async () => {
    const given = `CREATE SCHEMA shop; CREATE DOMAIN shop.code AS text; CREATE TYPE shop.mood AS ENUM ('ok', 'sad', 'odd');
      CREATE TABLE p (x shop.code, m shop.mood, UNIQUE (x, m)); INSERT INTO p VALUES ('a', 'ok'), (NULL, 'ok');
      CREATE TABLE heir () INHERITS (p); INSERT INTO heir VALUES ('a', 'odd');
      CREATE TABLE t (id int PRIMARY KEY, a shop.code, b shop.mood);
      INSERT INTO t VALUES (1, 'a', 'ok'), (2, 'a', 'sad'), (3, NULL, 'ok'), (4, 'b', 'ok'), (5, 'a', 'odd')`
    const key = { type: "foreign_key", columns: ["a", "b"], references: { table: "p", columns: ["x", "m"] } }
    expect(await offending(given, create(key))).toEqual({ "REFERENCED_ROW_MISSING c": ["2", "4", "5"] })
  })

  test("a foreign key of a table to itself, over a column that is filled", async () => {
    const given = "CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, '2'), (2, '7'), (3, NULL)"
    const column = { name: "boss", type: "int", nullable: true }
    const key = { type: "foreign_key", columns: ["boss"], references: { table: "t", columns: ["id"] } }
    const operations = [{ add_column: { table: "t", column, up: "name::int" } }, create(key)]
    expect(await offending(given, ...operations)).toEqual({ "REFERENCED_ROW_MISSING c": ["2"] })
  })

  test("of a table without rows nothing", async () => {
    const given = "CREATE TABLE t (id int PRIMARY KEY, a int)"
    expect(await offending(given, create({ type: "unique", columns: ["a"] }))).toEqual({})
  })
})
