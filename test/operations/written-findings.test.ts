import { unknownColumn } from "../../src/operations/expression-findings.ts"
import { beforeAll, describe, expect, test } from "vitest"
import { addColumn } from "../../src/operations/add-column.ts"
import type { AddColumnInput } from "../../src/operations/add-column/input.ts"
import { createTable } from "../../src/operations/create-table.ts"
import { writtenFindings } from "../../src/operations/written-findings.ts"
import { loadParser } from "../../src/sql/parser.ts"

beforeAll(loadParser)

function codesOf(input: AddColumnInput): readonly string[] {
  return addColumn.expressions(input).flatMap((written) => writtenFindings(written).map(({ code }) => code))
}

const text = { name: "nick", type: "text" }

describe("of an expression alone it is said", () => {
  test.each([
    ["lower(name", "EXPRESSION_SYNTAX"],
    ["(SELECT name FROM other)", "EXPRESSION_NOT_ALLOWED"],
    ["$1", "EXPRESSION_NOT_ALLOWED"],
    ["max(name)", "EXPRESSION_NOT_ALLOWED"],
    ["pg_catalog.string_agg(name, ',')", "EXPRESSION_NOT_ALLOWED"],
    ["row_number() OVER ()", "EXPRESSION_NOT_ALLOWED"],
    ["lag(name)", "EXPRESSION_NOT_ALLOWED"],
    ["unnest(names)", "EXPRESSION_NOT_ALLOWED"],
    ["name, name", "EXPRESSION_NOT_ALLOWED"],
    ["teams.name", "FOREIGN_COLUMN"],
    ["nick || name", "READS_NEW_COLUMN"],
    ["gen_random_uuid()::text", "NOT_COMPARABLE"],
    ["name || CURRENT_DATE", "NOT_COMPARABLE"],
    ["shop.nick_of(name)", "CALLS_FUNCTION"],
  ])("%s: %s", (up, code) => expect(codesOf({ table: "users", column: text, up })).toEqual([code]))

  test.each(["lower(users.name)", "unknown_function(unknown_column)", "shop.users.name", "to_char(born, 'YYYY')"])(
    "nothing of %s: the database knows",
    (up) => expect(codesOf({ table: "users", column: text, up })).toEqual([]),
  )
})

test("a default may read no column, and counts as a filling where it is volatile and nothing else fills", () => {
  const withDefault = (value: string) => ({ table: "users", column: { ...text, default: value } })
  expect(codesOf(withDefault("name"))).toEqual(["UNKNOWN_COLUMN"])
  expect(codesOf(withDefault("random()"))).toEqual(["NOT_COMPARABLE"])
  expect(codesOf(withDefault("now()"))).toEqual([])
  expect(codesOf({ ...withDefault("random()"), up: "name" })).toEqual([])
  expect(codesOf({ table: "users", column: { ...text, default: 7 }, up: "name" })).toEqual([])
})

test("checks may read the new column; those of a new table only what stands beside them", () => {
  const check = { name: "c", constraint: "nick <> '' AND teams.id > 0" }
  expect(codesOf({ table: "users", column: { ...text, check }, up: "name" })).toEqual(["FOREIGN_COLUMN"])
  const written = createTable.expressions({
    name: { schema: "shop", name: "orders" },
    columns: [
      { name: "id", type: "bigint", pk: true },
      { name: "total", type: "numeric", check: { name: "positive", constraint: "total > 0 AND totl < 9" } },
      { name: "twice", type: "numeric", generated: { expression: "sum(total)" } },
      { name: "at", type: "timestamptz", default: "id" },
    ],
    constraints: [{ type: "check", name: "both", check: "orders.total > id" }],
  })
  expect(
    written.flatMap((each) => writtenFindings(each).map(({ code, subject }) => [code, subject, each.path])),
  ).toEqual([
    ["UNKNOWN_COLUMN", "shop.orders.total: check", ["columns", 1, "check", "constraint"]],
    ["EXPRESSION_NOT_ALLOWED", "shop.orders.twice: generated", ["columns", 2, "generated", "expression"]],
    ["UNKNOWN_COLUMN", "shop.orders.at: default", ["columns", 3, "default"]],
  ])
})

test("a name that SQL takes for small letters is meant with its quotes", () => {
  const hintOf = (column: string, known: string) => unknownColumn(column, "public.m.x: up", [known]).hint
  expect(hintOf("fullname", "fullName")).toBe('Did you mean "fullName", in SQL with its quotes?')
  expect(hintOf("nmae", "name")).toBe("Did you mean name?")
})
