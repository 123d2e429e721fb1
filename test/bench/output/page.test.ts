import { expect, test } from "vitest"
import { renderPage } from "../../../bench/output/page.ts"
import { renderTable } from "../../../bench/output/table.ts"
import type { Row } from "../../../bench/row.ts"
import { lookOf } from "../../../src/cli/render/look.ts"

const machine = {
  cores: 2,
  processor: "A processor",
  memoryGb: 8,
  system: "linux x64",
  postgres: "15.18",
  node: "20.20.2",
  date: "2026-01-02",
}
const row: Row = {
  name: "backfill-vs-pgroll",
  figure: 2.61,
  unit: "x",
  goal: ">= 2.5",
  peer: null,
  holds: true,
  about: "Backfill against pgroll",
  note: "1,000,000 rows",
}
const missing: Row = { ...row, name: "bulk-update", figure: null, holds: null, note: "not measured: no Go" }

test("the page says what was measured, on what, and what was not", () => {
  const page = renderPage([row, missing], machine, false)
  expect(page).toContain("Measured on 2026-01-02 with PostgreSQL 15.18 and Node 20.20.2: 2 cores (A processor)")
  expect(page).toContain("| [backfill-vs-pgroll](#backfill-vs-pgroll) | 2.61 x | >= 2.5 |  | holds |")
  expect(page).toContain("| not measured |")
  expect(page).not.toContain("--quick")
})

test("the page of a short run says that it was one", () => {
  expect(renderPage([row], machine, true)).toContain("--quick")
})

test("the table at a terminal tells a missed goal", () => {
  const look = lookOf({ isTTY: false, columns: undefined }, {})
  expect(renderTable([{ ...row, figure: 2, holds: false }], look)).toMatch(/2 x +>= 2\.5 +missed +1,000,000 rows/)
})
