import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { withHeartbeat } from "../../src/execution/heartbeat.ts"
import { attemptOf } from "./setting.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test("heartbeats go on by themselves for as long as one statement lasts, each with what is so by then, and end with it", async () => {
  const beats: unknown[] = []
  let rows = 0
  let finish: (answer: string) => void = () => {}
  const heartbeat = (details: unknown): void => void beats.push(details)
  const work = withHeartbeat(
    attemptOf({ heartbeat }),
    () => ({ rows }),
    () => new Promise<string>((resolve) => (finish = resolve)),
  )
  expect(beats).toEqual([{ rows: 0 }])
  rows = 7
  await vi.advanceTimersByTimeAsync(10_000)
  expect(beats.length).toBeGreaterThan(10)
  expect(beats.at(-1)).toEqual({ rows: 7 })
  finish("done")
  expect(await work).toBe("done")
  const { length } = beats
  await vi.advanceTimersByTimeAsync(10_000)
  expect(beats).toHaveLength(length)
})

test("heartbeats end as well where the work fails", async () => {
  let beats = 0
  const work = withHeartbeat(
    attemptOf({ heartbeat: () => void beats++ }),
    () => null,
    () => Promise.reject(new Error("broken")),
  )
  await expect(work).rejects.toThrow("broken")
  await vi.advanceTimersByTimeAsync(10_000)
  expect(beats).toBe(1)
})
