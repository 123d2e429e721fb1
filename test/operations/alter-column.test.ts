import { beforeAll, expect, test } from "vitest"
import { compilePlan } from "../../src/planner/compile.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, revision, table, target } from "../planner/sample-catalog.ts"

beforeAll(loadParser)

const people = table("people", [column("id", "bigint", { notNull: true }), column("email", "text")])

test("NULL in a column that keeps its own values is told as that, and of no expression", () => {
  const required = { alter_column: { table: "people", column: "email", nullable: false } }
  const { plan } = compilePlan({ revisions: [revision("0001", required)], catalog: catalog(people), target })
  const check = plan?.dataChecks.find(({ code }) => code === "VALUE_IS_NULL")
  expect(check?.message).toBe("public.people.email: these rows hold NULL, which the column will not allow")
  expect(check?.hint).toContain("Give them a value first")
})

test("the default that a column keeps under another type is judged like one that is named", () => {
  const items = table("items", [column("id", "bigint"), column("n", "text", { default: "'7'::text" })])
  const alter = { table: "items", column: "n", type: "bigint", up: "n::bigint", down: "n::text" }
  const versions = { ...target.versions, schemas: true }
  const checkOf = (more: object) =>
    compilePlan({
      revisions: [revision("0001", { alter_column: { ...alter, ...more } })],
      catalog: catalog(items),
      target: { ...target, versions },
    }).plan?.expressionChecks.find(({ subject }) => subject === "public.items.n: default")
  expect(checkOf({})).toMatchObject({ expression: "'7'::text", type: "bigint", default: "kept" })
  expect(checkOf({ default: 8 })).toMatchObject({ expression: "8", default: "named" })
  expect(checkOf({ default: null })).toBeUndefined()
})

test("what a step does is told with the column's own name, not with the one that it bears until contract", () => {
  const items = table("items", [column("id", "bigint", { notNull: true }), column("n", "text", { notNull: true })])
  const { plan } = compilePlan({
    revisions: [
      revision("0001", { alter_column: { table: "items", column: "n", type: "int", up: "n::int", down: "n::text" } }),
    ],
    catalog: catalog(items),
    target: { ...target, versions: { ...target.versions, schemas: true } },
  })
  const told = plan?.steps.map(({ summary }) => summary) ?? []
  expect(told.filter((summary) => summary.includes("_sluice_new"))).toEqual([])
  expect(told).toContain("Validate that no value of public.items.n (new) is NULL")
  expect(told).toContain("Fill n (new) in every row of public.items")
})
