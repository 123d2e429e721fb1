import { beforeAll, expect, test } from "vitest"
import type { Plan } from "../../src/domain/plan.ts"
import type { VersionSchema } from "../../src/domain/versions.ts"
import { compilePlan, type PlanTarget } from "../../src/planner/compile.ts"
import { takenAway } from "../../src/planner/taken-away.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { sql } from "../../src/sql/sql.ts"
import { planOf, stepOf } from "../execution/setting.ts"
import { catalog, column, revision, table, target } from "./sample-catalog.ts"

beforeAll(loadParser)

const id = column("id", "bigint", { notNull: true })
const users = table("users", [id, column("name", "text"), column("score", "text"), column("fax", "text")])
const withViews: PlanTarget = { ...target, versions: { ...target.versions, schemas: true } }
const base: VersionSchema = { name: "public_base", base: "public", revision: null }

function lost(where: PlanTarget, ...operations: readonly Readonly<Record<string, unknown>>[]) {
  const versionSchemas = where === withViews ? [base] : []
  const { plan, findings } = compilePlan({
    revisions: [revision("0002", ...operations)],
    catalog: { ...catalog(users), versionSchemas },
    target: where,
  })
  if (!plan) throw new Error(JSON.stringify(findings))
  return namesOf(plan)
}

function namesOf(plan: Plan) {
  const { columns, schemas } = takenAway(plan)
  return { columns: columns.map(({ relation, column }) => [relation.schema, relation.name, column].join(".")), schemas }
}

const own = (names: { readonly columns: readonly string[] }): readonly string[] =>
  names.columns.filter((name) => !name.includes("_sluice_"))

test("a column that is dropped, with or without down, is taken away; one that is added isn't", () => {
  const added = { add_column: { table: "users", column: { name: "nick", type: "text", nullable: true }, up: "name" } }
  const dropped = { drop_column: { table: "users", column: "name", down: "nick" } }
  const given = { drop_column: { table: "users", column: "fax" } }
  expect(own(lost(target, added, dropped, given))).toEqual(["public.users.name", "public.users.fax"])
  expect(lost(target, added)).toEqual({ columns: [], schemas: [] })
})

test("a column that is renamed is taken away under its old name, on bare tables and behind views", () => {
  const rename = { rename_column: { table: "users", from: "name", to: "full_name" } }
  expect(own(lost(target, rename))).toEqual(["public.users.name"])
  expect(lost(withViews, rename)).toEqual({ columns: ["public.users.name"], schemas: ["public_base"] })
})

test("a column that keeps its name can't be told from what it was", () => {
  const alter = {
    alter_column: { table: "users", column: "score", type: "integer", up: "score::integer", down: "score::text" },
  }
  expect(own(lost(withViews, alter))).toEqual([])
})

test("raw SQL in the contract counts, by the plan's relations where it names no schema", () => {
  const observe = sql`SELECT 'before'`
  const raw = stepOf({ sql: sql`ALTER TABLE users DROP COLUMN fax, ADD COLUMN mail text`, observe, phase: "contract" })
  const before = stepOf({ sql: sql`ALTER TABLE public.users DROP COLUMN name`, observe, phase: "expand" })
  const relation = { schema: "public", name: "users" }
  expect(namesOf(planOf([before, raw], { relations: [relation] })).columns).toEqual(["public.users.fax"])
})
