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
  await Promise.all([pace.inTurn(batch, never), pace.inTurn(batch, never), pace.inTurn(batch, never)])
  expect(most).toBe(3)
  most = 0
  pace.update(null)
  pace.restRatio = 3
  const failing = pace.inTurn(() => Promise.reject(new Error("a row")), never)
  await Promise.all([pace.inTurn(batch, never), pace.inTurn(batch, never), expect(failing).rejects.toThrow("a row")])
  expect(most).toBe(1)
})

test("while others are at work, a batch takes a tenth of what it may", () => {
  const pace = new Pace()
  pace.batchDurationMs = 50
  expect(pace.batchMs).toBe(50)
  pace.restRatio = 3
  expect(pace.batchMs).toBe(5)
})

test("while others are at work, between any two batches is a rest so many times as long as the one before took, whichever range they are of", async () => {
  const pace = new Pace()
  pace.update(null)
  pace.restRatio = 3
  const began: number[] = []
  const ended: number[] = []
  const batch = async (): Promise<void> => {
    began.push(performance.now())
    await sleep(20)
    ended.push(performance.now())
  }
  await Promise.all([pace.inTurn(batch, never), pace.inTurn(batch, never), pace.inTurn(batch, never)])
  for (const after of [1, 2]) expect((began[after] ?? 0) - (ended[after - 1] ?? 0)).toBeGreaterThan(55)
  pace.restRatio = 0
  const from = performance.now()
  await pace.inTurn(() => Promise.resolve(), never)
  expect(performance.now() - from).toBeLessThan(55)
})

test("a batch whose turn comes when something stands against it waits until nothing does", async () => {
  const pace = new Pace()
  pace.restRatio = 3
  pace.update("paused")
  let isDone = false
  const batch = pace.inTurn(async () => void (isDone = true), never)
  await sleep(60)
  expect(isDone).toBe(false)
  pace.update(null)
  await batch
  expect(isDone).toBe(true)
})
