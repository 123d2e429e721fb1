import { expect, test } from "vitest"
import { isRepeated, nonceKey, nonceOf } from "../../src/domain/nonce.ts"

const stands = [nonceKey({ verb: "proceed", gate: "switch", nonce: "deploy 42" })]

test("a decision sent twice counts once, whether or not it names its gate", () => {
  expect(isRepeated(stands, { verb: "proceed", gate: "switch", nonce: "deploy 42" })).toBe(true)
  expect(isRepeated(stands, { verb: "proceed", gate: null, nonce: "deploy 42" })).toBe(true)
})

test("two decisions that bear one nonce both count: an abort never vanishes behind a pause", () => {
  expect(isRepeated(stands, { verb: "abort", gate: null, nonce: "deploy 42" })).toBe(false)
  expect(isRepeated(stands, { verb: "proceed", gate: "contract", nonce: "deploy 42" })).toBe(false)
  expect(isRepeated(stands, { verb: "proceed", gate: "switch", nonce: "42" })).toBe(false)
})

test("the nonce is found again in its key, also in those of earlier versions", () => {
  expect(nonceOf(stands[0] ?? "")).toBe("deploy 42")
  expect(nonceOf(nonceKey({ verb: "abort", gate: null, nonce: "two\nlines" }))).toBe("two\nlines")
  expect(nonceOf("0b1c-bare")).toBe("0b1c-bare")
})
