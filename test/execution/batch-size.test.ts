import { expect, test } from "vitest"
import { BatchSize } from "../../src/execution/backfill/batch-size.ts"

/** A server that needs `overheadMs` for any batch and `msPerRow` for each of its rows. */
function after(batches: number, { overheadMs, msPerRow }: { overheadMs: number; msPerRow: number }): number {
  const size = new BatchSize()
  for (let batch = 0; batch < batches; batch += 1) size.learn(size.rows, overheadMs + size.rows * msPerRow, 250)
  return size.rows
}

test("a batch grows to what lasts as long as it should", () => {
  expect(after(40, { overheadMs: 0, msPerRow: 0.01 })).toBeCloseTo(25_000, -3)
})

test("costly rows make it smaller", () => {
  expect(after(40, { overheadMs: 0, msPerRow: 1 })).toBe(250)
})

test("a slow line doesn't make it ever smaller, which would never end", () => {
  expect(after(40, { overheadMs: 400, msPerRow: 0.01 })).toBe(50)
})

test("one that failed is halved down to a single row, and grows step by step again", () => {
  const size = new BatchSize()
  while (size.rows > 1) size.shrink()
  expect(size.rows).toBe(1)
  size.learn(1, 1, 250)
  expect(size.rows).toBe(2)
})
