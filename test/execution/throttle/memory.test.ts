import { describe, expect, test } from "vitest"
import { Allowance } from "../../../src/execution/throttle/allowance.ts"
import { CatchUp } from "../../../src/execution/throttle/catch-up.ts"
import { LagTracker } from "../../../src/execution/throttle/lag-tracker.ts"
import { Threshold } from "../../../src/execution/throttle/threshold.ts"

describe("a threshold", () => {
  test("once passed counts as passed until the value is well below it", () => {
    const threshold = new Threshold(0.5)
    const passed = [9, 10, 11, 10, 6, 5, 6, 10].map((value) => threshold.isPassedBy(value, 10))
    expect(passed).toEqual([false, false, true, true, true, false, false, false])
  })

  test("follows a limit that is tuned meanwhile, and forgets", () => {
    const threshold = new Threshold(0.5)
    expect(threshold.isPassedBy(11, 10)).toBe(true)
    expect(threshold.isPassedBy(11, 30)).toBe(false)
    expect(threshold.isPassedBy(11, 10)).toBe(true)
    threshold.forget()
    expect(threshold.isPassedBy(8, 10)).toBe(false)
  })
})

describe("the memory of the log's positions", () => {
  test("tells since when the log has been beyond one, and nothing of one that it hasn't reached", () => {
    const tracker = new LagTracker()
    for (const [at, lsn] of [
      [1_000, 100],
      [2_000, 200],
      [3_000, 300],
    ] as const)
      tracker.remember(at, lsn, 0)
    expect([100, 150, 299, 300, 400].map((lsn) => tracker.lagOf(lsn, 5_000))).toEqual([3_000, 3_000, 2_000, 0, 0])
  })

  test("knows how far back it reaches", () => {
    const tracker = new LagTracker()
    expect(tracker.reachesBackTo(100)).toBe(false)
    tracker.remember(1_000, 100, 0)
    expect([99, 100, 101].map((lsn) => tracker.reachesBackTo(lsn))).toEqual([false, true, true])
  })

  test("keeps no finer steps than asked for, and of hours of writing no more than it needs", () => {
    const tracker = new LagTracker()
    for (let second = 0; second < 10_000; second++) tracker.remember(second * 1_000, second, 2_000)
    expect(tracker.reachesBackTo(10_000 - 7_190)).toBe(true)
    expect(tracker.reachesBackTo(10_000 - 7_210)).toBe(false)
  })
})

describe("what a replica needs to catch up", () => {
  const megabyte = 1024 ** 2

  test("is told from what it has replayed lately, once it has had enough to do for a second", () => {
    const catchUp = new CatchUp()
    // It replays 2 MB a second of the 10 that are written.
    const needs = [0, 500, 1_000, 1_500, 2_000].map((at) =>
      catchUp.estimate(at, { position: (20 + at / 100) * megabyte, replayed: (2 * at * megabyte) / 1_000 }),
    )
    expect(needs).toEqual([0, 0, 14_000, 16_000, 18_000])
  })

  test("is nothing for one that keeps up, however little is written", () => {
    const catchUp = new CatchUp()
    const needs = [0, 1_000, 2_000, 3_000].map((at) => catchUp.estimate(at, { position: at + 500, replayed: at }))
    expect(needs).toEqual([0, 0, 0, 0])
  })

  test("is known at once of one that was slow before, and one that has become fast is believed at once", () => {
    const catchUp = new CatchUp()
    for (const at of [0, 1_000]) catchUp.estimate(at, { position: 50 * megabyte, replayed: at * 1_000 })
    expect(catchUp.estimate(2_000, { position: 50 * megabyte, replayed: 50 * megabyte })).toBe(0)
    expect(catchUp.estimate(3_000, { position: 60 * megabyte, replayed: 50 * megabyte })).toBeCloseTo(10_486, 0)
    expect(catchUp.estimate(3_200, { position: 70 * megabyte, replayed: 60 * megabyte })).toBeCloseTo(200, 0)
  })

  test("is not told by one that stands still: that it is behind tells it", () => {
    const catchUp = new CatchUp()
    const needs = [0, 2_000, 9_000].map((at) => catchUp.estimate(at, { position: 50 * megabyte, replayed: 0 }))
    expect(needs).toEqual([0, 0, 0])
  })
})

describe("an allowance", () => {
  /** Takes at full speed between looks 200 ms apart whenever nothing is owed; answers bytes taken per second on average. */
  function average(fullSpeed: number, limit: number, seconds: number): number {
    const allowance = new Allowance()
    let taken = 0
    for (let at = 0; at < seconds * 1_000; at += 200) {
      if (allowance.owed(at, taken, limit) === 0) taken += fullSpeed / 5
    }
    return taken / seconds
  }

  test("is kept to on average, however much faster it goes between two looks", () => {
    // A burst's five seconds come on top, once.
    for (const fullSpeed of [1_100, 3_000, 50_000]) expect(average(fullSpeed, 1_000, 1_000)).toBeLessThan(1_020)
    expect(average(3_000, 1_000, 1_000)).toBeGreaterThan(990)
  })

  test("stops nothing that stays within it", () => {
    expect(average(900, 1_000, 1_000)).toBeCloseTo(900)
  })

  test("once overdrawn is waited for until some is saved again", () => {
    const allowance = new Allowance()
    allowance.owed(0, 0, 1_000)
    expect([1_000, 1_500, 2_500, 3_100].map((at) => allowance.owed(at, 6_000, 1_000))).toEqual([2_000, 1_500, 500, 0])
  })

  test("forgives the burst of another after half a minute", () => {
    const allowance = new Allowance()
    allowance.owed(0, 0, 1_000)
    expect(allowance.owed(1_000, 10_000_000, 1_000)).toBe(31_000)
    expect(allowance.owed(32_100, 10_000_000, 1_000)).toBe(0)
  })
})
