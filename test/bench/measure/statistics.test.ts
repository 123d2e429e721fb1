import { describe, expect, test } from "vitest"
import { mean, median, ratioInterval } from "../../../bench/measure/statistics.ts"

describe("the median", () => {
  test("is the middle value, wherever it stands", () => {
    expect(median([9, 1, 5])).toBe(5)
  })
  test("of an even number lies between the two in the middle", () => {
    expect(median([1, 2, 4, 100])).toBe(3)
  })
  test("of one value is that value; of none there is no median", () => {
    expect(median([7])).toBe(7)
    expect(() => median([])).toThrow(RangeError)
  })
})

test("values are not put in order where they are: they stand for rounds", () => {
  const values = [3, 1, 2]
  median(values)
  expect(values).toEqual([3, 1, 2])
})

describe("the interval of ratios", () => {
  test("is that of Student over their logarithms", () => {
    // By hand: logarithms of 0.8, 1 and 1.25 are -0.22314, 0, 0.22314; s = 0.22314, t(2) = 4.303.
    const { low, middle, high } = ratioInterval([0.8, 1, 1.25])
    expect(middle).toBeCloseTo(1, 6)
    expect(low).toBeCloseTo(Math.exp((-4.303 * 0.223144) / Math.sqrt(3)), 4)
    expect(low * high).toBeCloseTo(1, 6)
  })
  test("grows narrower with more rounds of the same spread", () => {
    const few = ratioInterval([0.9, 1.1])
    const many = ratioInterval(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 0.9 : 1.1)))
    expect(many.low).toBeGreaterThan(few.low)
    expect(many.high).toBeLessThan(few.high)
  })
  test("holds the mean, and needs two values", () => {
    const { low, middle, high } = ratioInterval([0.95, 0.97, 1.02, 0.99])
    expect(low).toBeLessThan(middle)
    expect(middle).toBeLessThan(high)
    expect(() => ratioInterval([1])).toThrow(RangeError)
  })
})

test("the mean of none is no number", () => {
  expect(mean([1, 2, 6])).toBe(3)
  expect(() => mean([])).toThrow(RangeError)
})
