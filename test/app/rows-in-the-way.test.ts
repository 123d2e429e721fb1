import { expect, test } from "vitest"
import { stillInTheWay } from "../../src/app/rows-in-the-way.ts"
import type { RunState, StepState, StepStatus } from "../../src/domain/run.ts"

const rows = { code: "X", table: "public.people", keys: ["7"] }
const ofPrecheck = { ...rows, step: "precheck" }
const ofStep = { ...rows, step: "backfill/people" }

const shown = (state: RunState, step: StepState): readonly string[] => {
  const common = {
    phase: "backfill",
    summary: "",
    back: false,
    attempts: 1,
    startedAt: null,
    endedAt: null,
    error: null,
  } as const
  const steps: readonly StepStatus[] = [{ ...common, id: "backfill/people", state: step }]
  return stillInTheWay({ state, steps }, [ofPrecheck, ofStep]).map((each) => each.step)
}

test("rows are in the way until the run has come past what found them", () => {
  expect(shown("needs-operator", "pending")).toEqual(["precheck", "backfill/people"])
  expect(shown("needs-operator", "failed")).toEqual(["backfill/people"])
  expect(shown("running", "done")).toEqual([])
  expect(shown("completed", "done")).toEqual([])
})

test("a run that has ended because of them goes on showing them", () => {
  expect(shown("aborted", "pending")).toEqual(["precheck", "backfill/people"])
  expect(shown("aborted", "failed")).toEqual(["backfill/people"])
})
