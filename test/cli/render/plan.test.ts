import { expect, test } from "vitest"
import { lookOf } from "../../../src/cli/render/look.ts"
import { renderPlan, type ShownPlan } from "../../../src/cli/render/plan.ts"
import { samplePlan } from "../../ledger/sample-plan.ts"

const plain = lookOf({ isTTY: false, columns: undefined }, {})

const shown = (parts: Partial<ShownPlan>): string =>
  renderPlan({ plan: samplePlan(), findings: [], backup: null, ...parts }, plain, { sql: false, startWith: null })

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
