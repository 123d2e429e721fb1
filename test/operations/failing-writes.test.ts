import { beforeAll, expect, test } from "vitest"
import { newWriteFindings, oldWriteFindings, promisesOf, type Promises } from "../../src/operations/failing-writes.ts"
import type { Constraint, Index } from "../../src/catalog/model.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { column, table } from "../planner/sample-catalog.ts"

beforeAll(loadParser)

const users = table("users", [
  column("id", "bigint", { notNull: true }),
  column("name", "text", { notNull: true }),
  column("age", "integer"),
  column("rank", "integer", { notNull: true }),
  column("doc", "jsonb", { notNull: true }),
])
const promises: Promises = { type: "text", notNull: false, check: null, unique: false }

function reasons(up: string, more: Partial<Promises> = {}): string {
  return oldWriteFindings(up, users, { ...promises, ...more }, "users.x")
    .map(({ message }) => message.split("fails where ")[1])
    .join()
}

test.each<[string, Partial<Promises>, string]>([
  ["lower(name) || '@example.com'", { notNull: true }, ""],
  ["name::text", {}, ""],
  ["coalesce(age, 0)", { notNull: true }, ""],
  ["lower(coalesce(name, 'x'))", { notNull: true }, ""],
  ["coalesce(age, 0::bigint)", { notNull: true }, ""],
  ["coalesce(age, NULL)", { notNull: true }, "the computed value is NULL"],
  ["coalesce(age, nullif(rank, 0))", { notNull: true }, "the computed value is NULL"],
  ["rank::bigint", { notNull: true }, ""],
  ["rank::numeric", { notNull: true }, ""],
  ["age::bigint", { notNull: true }, "the computed value is NULL"],
  ["rank::smallint", { notNull: true }, "the cast to int2 can't process its value"],
  ["rank::numeric(3,1)", {}, "the cast to numeric can't process its value"],
  ["doc::bigint", { notNull: true }, "the cast to int8 can't process its value; the computed value is NULL"],
  ["doc -> 'a'", { notNull: true }, "the computed value is NULL"],
  ["rank::app.level", {}, "the cast to app.level can't process its value"],
  ["CASE WHEN age > 1 THEN 'old' ELSE name END", { notNull: true }, ""],
  ["CASE WHEN age > 1 THEN 'old' END", { notNull: true }, "the computed value is NULL"],
  ["concat_ws(age::text, name)", { notNull: true }, "the computed value is NULL"],
  ["name::int", {}, "the cast to int4 can't process its value"],
  ["100 / age", {}, "the operator / can't process its value"],
  ["app.slug(name)", {}, "app.slug() can't process its value"],
  ["age", { notNull: true }, "the computed value is NULL"],
  ["nullif(name, '')", { notNull: true }, "the computed value is NULL"],
  ["name", { check: "positive" }, "the computed value breaks the check positive"],
  ["name", { unique: true }, "another row holds the computed value already"],
  ["name", { type: "varchar(10)" }, "the computed value is too long for varchar(10)"],
])("what fails a write of the old application is told: %s, %j", (up, more, expected) => {
  expect(reasons(up, more)).toBe(expected)
})

test("what the old column promises fails writes of the new application, and is told with what an undo does then", () => {
  const qty = column("qty", "integer", { notNull: true })
  const check = { name: "positive", kind: "check", columns: ["qty"] } as unknown as Constraint
  const key = { name: "one_each", unique: true, reads: ["qty"] } as unknown as Index
  const old = { ...table("orders", [qty]), constraints: [check], indexes: [key] }
  expect(promisesOf(old, qty)).toEqual({ type: "integer", notNull: true, check: "positive", unique: true })
  const after = table("orders", [column("qty", "text")])
  const [finding, ...more] = newWriteFindings("qty::integer", after, promisesOf(old, qty), "orders.qty")
  expect(more).toEqual([])
  expect(finding).toMatchObject({ code: "NEW_WRITES_MAY_FAIL", severity: "warning", subject: "orders.qty" })
  expect(finding?.message).toMatch(
    /Until contract.*the cast to int4 can't process its value; the computed value is NULL; .*check positive; another row.*an undo stops at its rows/,
  )
  const harmless = { type: "text", notNull: false, check: null, unique: false }
  expect(newWriteFindings("qty", after, harmless, "orders.qty")).toEqual([])
})
