import { expect, test } from "vitest"
import { formatByteSize, parseByteSize } from "../../src/domain/byte-size.ts"

test("sizes are PostgreSQL's: each unit is 1024 of the one before, whatever its case", () => {
  expect(["0", "980B", "512kB", "512KB", "16MB", "1.5 GB", "2TB"].map(parseByteSize)).toEqual([
    0,
    980,
    512 * 1024,
    512 * 1024,
    16 * 1024 ** 2,
    1.5 * 1024 ** 3,
    2 * 1024 ** 4,
  ])
})

test("what is no size is none", () => {
  expect(["", "10", "GB", "-1MB", "10 bananas", "1e3MB", "10MB/s"].map(parseByteSize)).toEqual(Array(7).fill(null))
})

test("a size is written in the largest unit that gives at least one", () => {
  const sizes = [0, 980, 1024, 16 * 1024 ** 2, 1.5 * 1024 ** 3, 5000 * 1024 ** 4]
  expect(sizes.map(formatByteSize)).toEqual(["0B", "980B", "1kB", "16MB", "1.5GB", "5000TB"])
})
