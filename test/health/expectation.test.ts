import { expect, test } from "vitest"
import { meets } from "../../src/health/expectation.ts"

test.each([
  [9, "< 10"],
  ["9", "< 10"],
  ["10", "<= 10"],
  [3, ">= 3"],
  ["ok", "= ok"],
  ["ok", "!= broken"],
  [0, "= 0"],
  ["b", "> a"],
])("%s is as expected by %s", (value, expectation) => {
  expect(meets(value, expectation)).toBe(true)
})

test.each([
  [10, "< 10"],
  // As text it would be less.
  ["9", "> 10"],
  [null, "= 0"],
  [undefined, "!= 0"],
  ["", "= 0"],
  ["ok", "!= ok"],
])("%s is not as expected by %s", (value, expectation) => {
  expect(meets(value, expectation)).toBe(false)
})
