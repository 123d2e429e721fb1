import { beforeAll, expect, test } from "vitest"
import { outlineOf } from "../../src/domain/plan.ts"
import { compilePlan } from "../../src/planner/compile.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, revision, target, users } from "./sample-catalog.ts"

beforeAll(loadParser)

const label = {
  table: "users",
  column: { name: "label", type: "text", nullable: false, unique: true, comment: "shown", default: "'?'" },
  up: "lower(name)",
}
const checked = {
  table: "users",
  column: { name: "nick", type: "text", nullable: true, check: { name: "short", constraint: "nick <> ''" } },
  up: "name",
}
const index = { name: "by_name", table: "users", columns: { name: {} } }

test("a plan says which of its steps a run can do without: those that only describe, speed up or prove", () => {
  const change = [
    revision("0001", { add_column: label }, { add_column: checked }, { create_index: index }),
    revision("0002", { sql: { up: "CREATE TABLE notes (id bigint)" } }),
  ]
  const { plan, findings } = compilePlan({ revisions: change, catalog: catalog(users), target })
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
  const steps = plan ? outlineOf(plan).steps : []
  const [can, cannot] = [true, false].map((is) => steps.filter(({ skippable }) => skippable === is).map(({ id }) => id))
  expect(can?.map((id) => id.replace(/-[0-9a-f]{8}$/, ""))).toEqual([
    "expand/users/comment-label",
    "expand/users/index-by_name",
    "expand/sql/0002",
    "backfill/users/check-short/validate",
  ])
  expect(cannot).toEqual([
    "expand/users/sync",
    "backfill/users/fill",
    "backfill/users/not-null-label/check",
    "backfill/users/not-null-label/validate",
    "backfill/users/not-null-label/set",
    "backfill/users/unique-label/index",
    "backfill/users/unique-label/constraint",
    "backfill/users/check-short/add",
    "verify/users/compare",
    "contract/users/compare",
    "contract/hide",
    "purge/drop",
  ])
})

test("a plan of an earlier version, which says nothing of it, has no such step", () => {
  const { plan } = compilePlan({
    revisions: [revision("0001", { add_column: label })],
    catalog: catalog(users),
    target,
  })
  if (!plan) throw new Error("no plan")
  const { skippable: _, ...first } = plan.steps[0] ?? {}
  const earlier = { ...plan, steps: [first] } as unknown as typeof plan
  expect(outlineOf(earlier).steps.map(({ skippable }) => skippable)).toEqual([false])
})
