import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { uninstall } from "../../src/app/uninstall.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { open, shut } from "./target-away.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

// temporal.api.enums.v1.ResetReapplyType
const reapplyNothing = 2

type Event = NonNullable<Awaited<ReturnType<Project["history"]>>["events"]>[number]

const schedules = (activity: string) => (event: Event) =>
  event.activityTaskScheduledEventAttributes?.activityType?.name === activity

/** Resets the run's workflow to the task that came before the first event of that kind, with no decision sent again. */
async function resetBefore(project: Project, isMeant: (event: Event) => boolean): Promise<void> {
  const events = (await project.history()).events ?? []
  const before = events.slice(0, events.findIndex(isMeant))
  const task = before.findLast(({ workflowTaskCompletedEventAttributes: completed }) => completed)
  await project.inTemporal(async (handle) => {
    await handle.client.workflowService.resetWorkflowExecution({
      namespace: handle.client.options.namespace,
      workflowExecution: { workflowId: handle.workflowId },
      reason: "test",
      workflowTaskFinishEventId: task?.eventId ?? null,
      requestId: randomUUID(),
      resetReapplyType: reapplyNothing,
    })
  })
}

/** How the workflow's latest execution has ended by itself. */
async function result(project: Project): Promise<unknown> {
  const ended = await waitUntil(
    async () => {
      const { status } = await project.inTemporal((handle) => handle.describe())
      return status.name === "RUNNING" ? null : status.name
    },
    { timeoutMs: 30_000, everyMs: 100 },
  )
  expect(ended).toBe("COMPLETED")
  return project.inTemporal((handle) => handle.result())
}

/** What was done in the target, step by step: attempts that were refused leave nothing here. */
const journal = (project: Project) =>
  project.database.query("SELECT step, direction, epoch FROM sluice.journal ORDER BY seq")

describe("a workflow that is reset after its run has ended", () => {
  test("ends by itself where it would wait at a gate again", async () => {
    const project = await sluice.project({ rows: 50 })
    await project.start()
    await project.pass("dual-write", "switch", "contract", "purge")
    await project.ended("completed")
    const [before, done] = [await project.dump(), await journal(project)]
    await resetBefore(project, (event) => Boolean(event.workflowExecutionUpdateAcceptedEventAttributes))
    expect(await result(project)).toEqual({ run: project.run, state: "completed" })
    await project.keepHistory("reset-after-its-end")
    expect(await project.dump()).toEqual(before)
    expect(await journal(project)).toEqual(done)
    expect((await project.entries("run.ended")).length).toBe(1)
  })

  test("carries out no step again, nor its backup", async () => {
    const project = await sluice.project({ rows: 50 })
    await project.start()
    await project.atGate("dual-write")
    await project.send("abort")
    await project.ended("aborted")
    const [before, done] = [await project.dump(), await journal(project)]
    const backups = (await project.entries("backup.registered")).length
    for (const activity of ["performStep", "createBackup"]) {
      await resetBefore(project, schedules(activity))
      expect(await result(project)).toEqual({ run: project.run, state: "aborted" })
      expect(await project.dump()).toEqual(before)
      expect(await journal(project)).toEqual(done)
    }
    expect((await project.entries("backup.registered")).length).toBe(backups)
    expect((await project.status()).state).toBe("aborted")
  })

  test("does nothing either where the journal was taken away meanwhile", async () => {
    const project = await sluice.project({ rows: 50 })
    await project.start()
    await project.pass("dual-write", "switch", "contract", "purge")
    await project.ended("completed")
    await uninstall(project.app, project.target.name)
    const before = await project.dump()
    await resetBefore(project, schedules("performStep"))
    expect(await result(project)).toEqual({ run: project.run, state: "completed" })
    expect(await project.dump()).toEqual(before)
  })
})

describe("a workflow that is reset while its run is under way", () => {
  test("goes on where the journal stands, and an abort takes back all that was done", async () => {
    const project = await sluice.project({ rows: 50, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    const done = await journal(project)
    const { runId } = await project.inTemporal((handle) => handle.describe())
    await resetBefore(project, (event) => Boolean(event.workflowExecutionUpdateAcceptedEventAttributes))
    // What was reset leaves for a fresh history: the third execution.
    await waitUntil(
      async () => {
        const now = await project.inTemporal((handle) => handle.query<{ phase: string }>("status")).catch(() => null)
        return now?.phase === "keep" ? now : null
      },
      { timeoutMs: 30_000, everyMs: 100 },
    )
    expect((await project.inTemporal((handle) => handle.describe())).runId).not.toBe(runId)
    expect(await journal(project)).toEqual(done)
    await project.send("abort", { reason: "test" })
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })
})

test("a workflow that is reset while its run is at work decides nothing by what it remembers", async () => {
  const project = await sluice.project({ rows: 50, keepMs: 600_000 })
  const before = await project.dump()
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  await shut(project)
  // All that it remembers is that nothing has begun.
  await resetBefore(project, schedules("performStep"))
  await expect(project.send("abort")).rejects.toMatchObject({ kind: "RefusedError", code: "STILL_READING" })
  await open(project)
  await project.until("keep", ({ phase, state }) => phase === "keep" && state === "running")
  await waitUntil(() => project.send("abort").then(Boolean, () => false), { timeoutMs: 30_000, everyMs: 100 })
  const { findings } = await project.ended("aborted")
  expect(findings).toEqual([])
  expect(await project.dump()).toEqual(before)
})
