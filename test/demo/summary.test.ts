import { expect, test } from "vitest"
import { tableOf, type DemoSummary } from "../../src/demo/summary.ts"

const change = {
  run: "scheduledb-1a2b3c4d-1",
  what: "splits name, and is taken back",
  kills: 1,
  phases: [
    { phase: "contract", back: false, ms: 10 },
    { phase: "keep", back: false, ms: 20 },
    { phase: "keep", back: true, ms: 30 },
  ],
} as const

const summary: DemoSummary = {
  figures: {
    requests: 1,
    failed: 0,
    acknowledged: 1,
    lost: 0,
    kills: 1,
    worstStallMs: 5,
    phases: change.phases,
    pauseMs: { p50: 0, p99: 0, max: 0 },
  },
  checkedRows: 1,
  failures: [],
  changes: [change],
  reports: "reports",
  uiUrl: null,
}

test("whoever reads the table for the first time sees what each run did, and which line is the way back", () => {
  const lines = tableOf(summary)
    .split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, "  "))
  expect(lines).toContain("scheduledb-1a2b3c4d-1  60ms: it splits name, and is taken back")
  expect(lines.slice(-4)).toEqual(["  contract  10ms", "  keep  20ms", "  way back: keep  30ms", "reports  reports"])
})
