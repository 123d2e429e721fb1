import { expect, test } from "vitest"
import { lookOf } from "../../../src/cli/render/look.ts"
import { planDocument, renderPlan, type ShownPlan } from "../../../src/cli/render/plan.ts"
import { sql } from "../../../src/sql/sql.ts"
import { samplePlan } from "../../ledger/sample-plan.ts"

const plain = lookOf({ isTTY: false, columns: undefined }, {})

const shown = (parts: Partial<ShownPlan>, options = { sql: false }): string =>
  renderPlan({ plan: samplePlan(), findings: [], backup: null, ...parts }, plain, { ...options, startWith: null })

test("what will be backed up stands before the steps, with sizes where they are known", () => {
  const tables = [
    { name: "public.people", rows: 200_000, bytes: 12_345_678 },
    { name: "public.fresh", rows: null, bytes: null },
  ]
  const text = shown({ backup: { tables } })
  const line =
    "First a backup: the whole schema, and the rows of public.people (about 200,000 rows, 12.3 MB), public.fresh (never analyzed)."
  expect(text).toContain(`\n${line} `)
  expect(text.indexOf(line)).toBeLessThan(text.indexOf("PHASE"))
  expect(shown({ backup: { tables: [] } })).toContain("\nFirst a backup: the whole schema. ")
  expect(shown({})).not.toContain("backup")
})

test("steps for the way back alone stand apart and aren't counted with the others, also with their SQL", () => {
  const { steps } = samplePlan()
  const plan = samplePlan({
    steps: steps.map((step, index) => (index === 0 ? { ...step, back: true, sql: sql``, undo: sql`SELECT 2` } : step)),
  })
  for (const options of [{ sql: false }, { sql: true }]) {
    const text = shown({ plan }, options)
    expect(text).toContain("(expand-contract, 1 step, and 1 for the way back)")
    const heading = text.indexOf("Only where the run is taken back")
    expect(text.indexOf("Do contract/hide")).toBeLessThan(heading)
    expect(text.indexOf("Do expand/users/add")).toBeGreaterThan(heading)
  }
  expect(planDocument({ plan, findings: [], backup: null })).toMatchObject({
    plan: { steps: [{ back: true }, { back: false }] },
  })
  expect(shown({})).not.toContain("taken back")
})
