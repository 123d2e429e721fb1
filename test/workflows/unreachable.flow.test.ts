import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Sluice } from "../harness/sluice.ts"
import { slowUpdates } from "./changes.ts"
import { login, open, shut } from "./target-away.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

test("a pause is accepted while the target can't be reached, and holds the backfill once it can be again", async () => {
  const project = await sluice.project({ rows: 1_000, schema: slowUpdates, limits: { batchDurationMs: 20 } })
  await project.start()
  await project.pass("dual-write")
  await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
  await shut(project)
  expect(await project.send("pause")).toMatchObject({ accepted: true, state: "paused" })
  await open(project)
  await project.until("a resting backfill", ({ backfill }) => backfill?.throttledBy === "paused")
  await project.send("resume")
  await project.atGate("switch")
  await project.keepHistory("paused-out-of-reach")
})

test("an abort isn't held up by a pause that the target hasn't heard of", async () => {
  const project = await sluice.project({ rows: 1_000, schema: slowUpdates, limits: { batchDurationMs: 20 } })
  const before = await project.dump()
  await project.start()
  await project.pass("dual-write")
  await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
  await shut(project)
  expect(await project.send("pause")).toMatchObject({ state: "paused" })
  expect(await project.send("abort")).toMatchObject({ state: "aborting" })
  await open(project)
  await project.ended("aborted")
  expect(await project.dump()).toEqual(before)
})

test("what can't be judged without the target is refused, not waited for", async () => {
  const project = await sluice.project({ rows: 10, keepMs: 600_000 })
  await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  await shut(project)
  await expect(project.send("abort")).rejects.toMatchObject({ kind: "RefusedError", code: "TARGET_UNREACHABLE" })
  expect((await project.entries("decision.refused")).map(({ detail }) => detail["verb"])).toEqual(["abort"])
  await open(project)
  await project.send("abort")
  await project.ended("aborted")
})

test("a gate that can't open says so in status, and an abort before the contract goes through all the same", async () => {
  // With versions by schema a gate asks the target who uses which.
  const versions = { schemas: true, roles: { old: null, new: null } }
  const project = await sluice.project({ rows: 10, soakMs: 1_500, versions })
  const before = await project.dump()
  await project.start()
  await project.pass("dual-write", "switch")
  await project.until("soak", ({ phase }) => phase === "soak")
  await shut(project)
  const told = await project.until("what keeps the gate shut", ({ findings }) => findings.length > 0)
  expect(told).toMatchObject({ phase: "contract", waitingFor: null, findings: [{ code: "TARGET_UNREACHABLE" }] })
  expect(told.findings[0]?.message).toContain("gate contract can't open")
  expect(await project.send("abort")).toMatchObject({ state: "aborting" })
  await open(project)
  await project.ended("aborted")
  expect(await project.dump()).toEqual(before)
})

describe("a target that doesn't let the run in", () => {
  test("is told of a pause once it does", async () => {
    const project = await sluice.project({ rows: 1_000, schema: slowUpdates, limits: { batchDurationMs: 20 } })
    await project.start()
    await project.pass("dual-write")
    await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
    await login(project, "NOLOGIN")
    // The backfill's own sessions are there already, and go on.
    expect(await project.send("pause")).toMatchObject({ accepted: true, state: "paused" })
    await login(project, "LOGIN")
    await project.until("a resting backfill", ({ backfill }) => backfill?.throttledBy === "paused")
    await project.send("resume")
    await project.atGate("switch")
  })

  test("is the refusal of what can't be judged without it, and the ledger has it", async () => {
    const project = await sluice.project({ rows: 10, keepMs: 600_000 })
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await login(project, "NOLOGIN")
    await expect(project.send("abort")).rejects.toMatchObject({
      kind: "RefusedError",
      code: "WRONG_PASSWORD",
      // The terminal's own environment may well be right.
      finding: { hint: expect.stringContaining("It is the worker that isn't let in") },
    })
    await login(project, "LOGIN")
    const [refused] = await project.entries("decision.refused")
    expect(refused?.detail).toMatchObject({ verb: "abort", refusal: { code: "WRONG_PASSWORD" } })
  })

  test("costs a run that was stopped in precheck nothing but time: its abort ends once the target lets it in", async () => {
    const operations = `
  - add_column: {table: people, column: {name: nick, type: text, nullable: false}, up: "nullif(name, name)"}
`
    const project = await sluice.project({ rows: 10, operations })
    await project.start()
    await project.until("a stop in precheck", ({ state }) => state === "needs-operator")
    await login(project, "NOLOGIN")
    await project.send("abort")
    await project.until("why it waits", ({ findings }) => findings.some(({ code }) => code === "WRONG_PASSWORD"))
    expect(await project.inTemporal((handle) => handle.describe())).toMatchObject({ status: { name: "RUNNING" } })
    await login(project, "LOGIN")
    await project.ended("aborted")
  })
})
