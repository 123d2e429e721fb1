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
