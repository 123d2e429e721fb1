import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { waitUntil } from "../../src/stack/wait-until.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const afterMs = 600_000

describe("the time after which a gate passes by itself counts from when it opened", () => {
  test("also in a fresh history", async () => {
    const project = await sluice.project({ rows: 10, gates: { switch: { afterMs } }, historyBudget: 60 })
    await project.start()
    await project.goTo("switch")
    const timer = await timerOf(project)
    expect(
      (await project.history()).events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId,
    ).toBeTruthy()
    expect(timer).toBeGreaterThan(0)
    expect(timer).toBeLessThan(afterMs)
    await project.send("abort")
    await project.ended("aborted")
    await project.keepHistory("gate-timer-carried")
  })

  test("also where the run is taken up after its workflow was lost", async () => {
    const project = await sluice.project({ rows: 10, gates: { switch: { afterMs } } })
    await project.start()
    await project.goTo("switch")
    expect(await timerOf(project)).toBe(afterMs)
    await project.inTemporal((handle) => handle.terminate("test"))
    await project.send("retry")
    await project.atGate("switch")
    const timer = await timerOf(project)
    expect(timer).toBeGreaterThan(0)
    expect(timer).toBeLessThan(afterMs)
    await project.pass("switch", "contract", "purge")
    await project.ended("completed")
  })
})

/** The length of the timer that the latest history has begun, in milliseconds; waits for one. */
async function timerOf(project: Project): Promise<number> {
  const length = await waitUntil(
    async () => {
      const { events } = await project.history()
      const started = events?.flatMap(({ timerStartedEventAttributes: timer }) => timer?.startToFireTimeout ?? [])[0]
      return started ? Number(started.seconds ?? 0) * 1_000 + (started.nanos ?? 0) / 1e6 : null
    },
    { timeoutMs: 45_000 },
  )
  if (length === null) throw new Error("no timer was begun")
  return length
}
