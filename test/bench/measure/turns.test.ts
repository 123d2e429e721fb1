import { expect, test } from "vitest"
import { inTurns, ratios, valuesOf } from "../../../bench/measure/turns.ts"

test("each round measures every side once and begins with another one", async () => {
  const order: string[] = []
  const side = (name: string) => (): Promise<number> => {
    order.push(name)
    return Promise.resolve(order.length)
  }
  const rounds = await inTurns(3, { a: side("a"), b: side("b"), c: side("c") })
  expect(order.join("")).toBe("abcbcacab")
  expect(rounds.map((round) => Object.keys(round).toSorted())).toEqual([...Array(3)].map(() => ["a", "b", "c"]))
  expect(valuesOf(rounds, "a")).toEqual([1, 6, 8])
})

test("two sides are never measured at the same time", async () => {
  let running = 0
  const side = async (): Promise<number> => {
    running += 1
    expect(running).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return 1
  }
  await inTurns(2, { ours: side, other: side })
})

test("ratios are those within a round, not those of the medians", () => {
  const rounds = [
    { ours: 1, other: 2 },
    { ours: 10, other: 30 },
  ]
  expect(ratios(rounds, "other", "ours")).toEqual([2, 3])
})
