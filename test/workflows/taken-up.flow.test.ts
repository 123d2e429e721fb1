import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { waitUntil } from "../../src/stack/wait-until.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { splitName } from "./changes.ts"
import { login, open, shut } from "./target-away.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

/** A run that keeps what it has hidden, lost its workflow, and is taken up again while the target is away. */
async function takenUpInTheDark(): Promise<{ readonly project: Project; readonly before: readonly string[] }> {
  const project = await sluice.project({ rows: 50, operations: splitName, keepMs: 600_000 })
  const before = await project.dump()
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  await project.inTemporal((handle) => handle.terminate("test"))
  await shut(project)
  await project.send("retry")
  return { project, before }
}

/** Everything is undone: nothing is left behind, and the table is as it was. */
async function isUndone(project: Project, before: readonly string[]): Promise<void> {
  await project.pass("new-writers-gone")
  expect((await project.ended("aborted")).findings).toEqual([])
  expect(await project.dump()).toEqual(before)
}

describe("while it is read where a run stands that was taken up again", () => {
  test("an abort waits for it, and then undoes all that was done", async () => {
    const { project, before } = await takenUpInTheDark()
    const aborting = project.send("abort")
    await open(project)
    expect(await aborting).toMatchObject({ accepted: true, state: "aborting", phase: "keep" })
    await isUndone(project, before)
    await project.keepHistory("aborted-while-read")
  })

  test("an abort is refused where that takes long, and stands in the ledger as refused", async () => {
    const { project, before } = await takenUpInTheDark()
    await expect(project.send("abort")).rejects.toMatchObject({ kind: "RefusedError", code: "STILL_READING" })
    expect((await project.entries("decision.refused")).map(({ detail }) => detail["verb"])).toEqual(["abort"])
    await open(project)
    await project.send("abort")
    await isUndone(project, before)
  })

  test("Temporal's own cancel takes nothing for undone that isn't", async () => {
    const { project, before } = await takenUpInTheDark()
    await project.inTemporal((handle) => handle.cancel())
    await open(project)
    await isUndone(project, before)
  })

  test("a pause isn't forgotten", async () => {
    const { project } = await takenUpInTheDark()
    const pausing = project.send("pause")
    await open(project)
    expect(await pausing).toMatchObject({ state: "paused" })
    await project.until("paused", ({ state }) => state === "paused")
    expect(await project.inTemporal((handle) => handle.query("status"))).toMatchObject({ state: "paused" })
  })
})

test("a login that is refused is waited for, and status says so; nothing is given up", async () => {
  const project = await sluice.project({ rows: 50 })
  const before = await project.dump()
  await project.start()
  await project.goTo("switch")
  await project.inTemporal((handle) => handle.terminate("test"))
  await login(project, "NOLOGIN")
  await project.send("abort")
  const told = await project.until("why it waits", ({ findings }) =>
    findings.some(({ code }) => code === "WRONG_PASSWORD"),
  )
  expect(told).toMatchObject({ state: "aborting", phase: "switch" })
  expect(await project.inTemporal((handle) => handle.describe())).toMatchObject({ status: { name: "RUNNING" } })
  await login(project, "LOGIN")
  expect((await project.ended("aborted")).findings).toEqual([])
  expect(await project.dump()).toEqual(before)
})

test("in the first moments of a fresh history the way back is as closed as before it", async () => {
  const operations = `
  - add_column: {table: people, column: {name: email, type: text, nullable: false}, up: "lower(name)"}
  - sql: {up: "CREATE TABLE extra (id bigint)", down: "DROP TABLE extra", onComplete: "DROP TABLE extra"}
`
  const project = await sluice.project({ rows: 10, operations, keepMs: 600_000, historyBudget: 5 })
  await project.start()
  await project.goTo("contract")
  const execution = async (): Promise<string> => (await project.inTemporal((handle) => handle.describe())).runId
  await project.send("proceed", { gate: "contract" })
  const first = await execution()
  await waitUntil(async () => (await execution()) !== first, { timeoutMs: 30_000, everyMs: 5 })
  await expect(project.send("abort")).rejects.toMatchObject({ code: "NO_WAY_BACK" })
  await expect(project.send("undo")).rejects.toMatchObject({ code: "NO_WAY_BACK" })
  const status = await project.inTemporal((handle) => handle.query<{ phase: string }>("status"))
  expect(["contract", "keep"]).toContain(status.phase)
})
