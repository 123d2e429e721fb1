import { expect, test } from "vitest"
import { Meter } from "../../../src/execution/backfill/meter.ts"

function meter(): Meter {
  const meter = new Meter({ relation: { schema: "public", name: "people" }, key: ["id"] })
  meter.begin([], 1_000)
  meter.add({ page: { first: null, last: ["500"], rows: 500, isLast: false }, filled: 500, done: 500 })
  return meter
}

test("says that it is slow for the sake of others, so that nobody takes the rate for all there is", () => {
  const alone = { restingBecause: null, restRatio: 0 }
  expect(meter().read(0, alone)).toMatchObject({ rowsDone: 500, throttledBy: null, restRatio: null })
  expect(meter().read(0, { ...alone, restRatio: 10 })).toMatchObject({ throttledBy: null, restRatio: 10 })
})

test("says nothing of it once every row is filled", () => {
  const finished = meter()
  finished.finish()
  expect(finished.read(0, { restingBecause: null, restRatio: 10 })).toMatchObject({ rowsDone: 1_000, restRatio: null })
})
