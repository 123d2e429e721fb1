import { expect, test } from "vitest"
import { BatchSize } from "../../../src/execution/backfill/batch-size.ts"

/** What it settles at where a batch of n rows takes `fixedMs + n * rowMs`. */
function settlesAt(fixedMs: number, rowMs: number, targetMs: number): number {
  const size = new BatchSize()
  for (let batch = 0; batch < 60; batch++) size.learn(size.rows, fixedMs + size.rows * rowMs, targetMs)
  return size.rows
}

test("batches come to last as long as they should", () => {
  expect(settlesAt(0, 0.01, 250)).toBe(25_000)
  expect(settlesAt(0, 1, 250)).toBe(250)
  expect(settlesAt(50, 0.1, 250)).toBeCloseTo(2_000, -2)
})

test("a batch that can't be as short as it should doesn't end as one row after the other", () => {
  expect(settlesAt(40, 0.1, 5)).toBe(50)
  expect(settlesAt(400, 0.01, 250)).toBe(50)
})

test("rows that are dear are taken one by one where that is what it takes", () => {
  expect(settlesAt(0, 100, 250)).toBeLessThanOrEqual(5)
  expect(settlesAt(0, 2_000, 250)).toBe(1)
})

test("one that failed is half as large, and grows again by no more than twice a batch", () => {
  const size = new BatchSize()
  size.shrink()
  expect(size.rows).toBe(250)
  size.learn(250, 1, 250)
  expect(size.rows).toBe(500)
  while (size.rows > 1) size.shrink()
  size.learn(1, 1, 250)
  expect(size.rows).toBe(2)
})
