import { beforeAll, describe, expect, test } from "vitest"
import { SluiceError } from "../../src/domain/errors.ts"
import { bindColumns, loadParser, parseExpression } from "../../src/sql/parser.ts"
import { ident, sql } from "../../src/sql/sql.ts"

beforeAll(loadParser)

const bound = (text: string): string => bindColumns(text, (column) => sql`NEW.${ident(column)}`)

function codeOf(text: string): string {
  try {
    parseExpression(text)
    return "accepted"
  } catch (error) {
    return error instanceof SluiceError ? error.code : String(error)
  }
}

describe("what is not one value expression is refused", () => {
  test.each([
    "1; DROP TABLE x",
    "1 FROM t",
    "a INTO b",
    "a UNION SELECT 1",
    "",
    "  ",
    "-- only a comment",
    "t.*",
    "a b",
    "1 AS x",
    "a, b",
    "DISTINCT a",
    "1 WHERE true",
    "1 LIMIT 1",
    "(SELECT 1)",
    "EXISTS (SELECT 1)",
    "ARRAY(SELECT 1)",
    "a = ANY (SELECT 1)",
    "$1",
    "count(*)",
    "sum(a)",
    "pg_catalog.max(a)",
    "lag(a)",
    "unnest(a)",
    "generate_series(1, a)",
    "sum(DISTINCT a)",
    "string_agg(a, ',' ORDER BY b)",
    "sum(a) FILTER (WHERE b)",
    "row_number() OVER ()",
    "DEFAULT",
    "ctid",
    'users."xmin"',
    "(f(a)).*",
    "xmlforest(a)",
    "db.public.users.name",
  ])("%s", (text) => expect(codeOf(text)).toBe("EXPRESSION_NOT_ALLOWED"))

  test.each([
    "*",
    "ALL a",
    "1)+(2",
    "a;",
    "/* a",
    "'a",
    '"',
    "((((",
    "VALUES (1)",
    "1\0; DROP TABLE x",
    "\ud800",
    '""',
  ])("%j has no syntax", (text) => expect(codeOf(text)).toBe("EXPRESSION_SYNTAX"))

  test("a name that PostgreSQL would cut", () => {
    expect(codeOf("x".repeat(63))).toBe("accepted")
    expect(codeOf("x".repeat(64))).toBe("IDENTIFIER_TOO_LONG")
    expect(codeOf("ä".repeat(32))).toBe("IDENTIFIER_TOO_LONG")
  })

  test("a text nested too deeply for the stack is the person's mistake, and the parser works afterwards", () => {
    expect(codeOf(`${"(".repeat(30_000)}1${")".repeat(30_000)}`)).toBe("EXPRESSION_SYNTAX")
    expect(codeOf(`${"1+".repeat(40_000)}1`)).toBe("EXPRESSION_SYNTAX")
    expect(codeOf("a + 1")).toBe("accepted")
  })

  test("the position is in characters of the text, not in bytes", () => {
    expect(() => parseExpression("'é😀' ~ )")).toThrow("(position 9)")
  })
})

describe("what is accepted", () => {
  test("columns in the order of the text, once, folded as PostgreSQL folds them", () => {
    expect(parseExpression(`Name || "Name" || name || É || "é"`).columns).toEqual(["name", "Name", "É", "é"])
  })

  test("functions and types with their schema, and the functions behind keywords", () => {
    const { functions, types } = parseExpression("app.slug(lower(a))::app.mood || CURRENT_DATE || user || 1::int")
    expect(functions).toContainEqual({ schema: "app", name: "slug" })
    expect(functions).toContainEqual({ schema: null, name: "lower" })
    expect(functions).toContainEqual({ schema: "pg_catalog", name: "now" })
    expect(functions).toContainEqual({ schema: "pg_catalog", name: "current_user" })
    expect(types).toEqual([
      { schema: "app", name: "mood" },
      { schema: "pg_catalog", name: "int4" },
    ])
  })

  test("qualifiers are told, so that another table's column can be refused", () => {
    expect(parseExpression("public.users.name || other.x").references).toEqual([
      { column: "name", table: "users", schema: "public" },
      { column: "x", table: "other", schema: null },
    ])
  })

  test("comments are gone, so that none can swallow what is put after the expression", () => {
    expect(parseExpression("1 -- x").text).toBe("1")
    expect(parseExpression("a /* ) */ + -- y\n b").text).not.toMatch(/--|\/\*/)
    expect(parseExpression("'-- no comment'").text).toBe("'-- no comment'")
  })

  test("a backslash means the same whatever standard_conforming_strings says", () => {
    expect(parseExpression(String.raw`a ~ '\d'`).text).toBe(String.raw`a ~  E'\\d'`)
    expect(parseExpression(String.raw`E'\n' || $$\d$$`).text).toBe(String.raw`E'\n' || $$\d$$`)
  })
})

describe("bindColumns replaces references and nothing else", () => {
  test.each([
    ["a", 'NEW."a"'],
    ["a || 'a' || 'a'", "NEW.\"a\" || 'a' || 'a'"],
    ["$$a$$ || a", '$$a$$ || NEW."a"'],
    ["lower(lower)", 'lower(NEW."lower")'],
    ["a::a", 'NEW."a"::a'],
    ["id + valid_id", 'NEW."id" + NEW."valid_id"'],
    ["users . name", 'NEW."name"'],
    ['public /* x */ . users . "Weird ""Name.x"', 'NEW."Weird ""Name.x"'],
    [`U&"d!0061t" UESCAPE '!' || U&"t" . "ä😀" || é`, 'NEW."dat" || NEW."ä😀" || NEW."é"'],
    ["f(a => b)", 'f(a => NEW."b")'],
    ["(a).b", '(NEW."a").b'],
    ["a[b:c]", 'NEW."a"[NEW."b":NEW."c"]'],
    ['"select" + "order"', 'NEW."select" + NEW."order"'],
    ["'😀' || a || '😀' || b", "'😀' || NEW.\"a\" || '😀' || NEW.\"b\""],
    ["a AT TIME ZONE b", 'NEW."a" AT TIME ZONE NEW."b"'],
    ["extract(year FROM year)", 'extract(year FROM NEW."year")'],
    ['a COLLATE "a"', 'NEW."a" COLLATE "a"'],
    ["interval '1 a' * a", "interval '1 a' * NEW.\"a\""],
  ])("%s", (text, expected) => expect(bound(text)).toBe(expected))

  test("the shortest and the longest names", () => {
    const long = "ä".repeat(31)
    expect(bound(`"${long}"||x`)).toBe(`NEW."${long}"||NEW."x"`)
  })
})
