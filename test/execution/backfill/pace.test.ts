import { setTimeout as sleep } from "node:timers/promises"
import { expect, test } from "vitest"
import { Pace } from "../../../src/execution/backfill/pace.ts"

const never = new AbortController().signal

test("while others are at work, ranges take turns; alone they work side by side, and one that fails holds up no other", async () => {
  const pace = new Pace()
  let atOnce = 0
  let most = 0
  const batch = async (): Promise<void> => {
    most = Math.max(most, ++atOnce)
    await sleep(5)
    atOnce -= 1
  }
  await Promise.all([pace.inTurn(batch), pace.inTurn(batch), pace.inTurn(batch)])
  expect(most).toBe(3)
  most = 0
  pace.restRatio = 3
  const failing = pace.inTurn(() => Promise.reject(new Error("a row")))
  await Promise.all([pace.inTurn(batch), pace.inTurn(batch), expect(failing).rejects.toThrow("a row")])
  expect(most).toBe(1)
})

test("while others are at work, a batch takes a tenth of what it may", () => {
  const pace = new Pace()
  pace.batchDurationMs = 50
  expect(pace.batchMs).toBe(50)
  pace.restRatio = 3
  expect(pace.batchMs).toBe(5)
})

test("after a batch the pace rests so many times as long as that took, and not at all where it needn't", async () => {
  const pace = new Pace()
  // Would outlast the test.
  await pace.breathe(3_600_000, never)
  pace.restRatio = 3
  const from = performance.now()
  await pace.breathe(40, never)
  expect(performance.now() - from).toBeGreaterThan(115)
})
