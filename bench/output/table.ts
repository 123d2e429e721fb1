import { table } from "../../src/cli/render/table.ts"
import type { Look } from "../../src/cli/render/look.ts"
import type { Row } from "../row.ts"
import { peerValue, value, verdict } from "./words.ts"

/** The figures for a person at a terminal. */
export function renderTable(rows: readonly Row[], look: Look): string {
  const cells = rows.map((row) => [
    row.name,
    value(row.figure, row.unit),
    row.goal ?? "",
    peerValue(row),
    verdict(row),
    row.note,
  ])
  return table(["figure", "measured", "goal", "pgroll", "", "what stands behind it"], cells, look)
}
