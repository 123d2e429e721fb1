import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { recover } from "../../src/app/recover.ts"
import { undo } from "../../src/app/undo.ts"
import { uninstall } from "../../src/app/uninstall.ts"
import { OlderCopy } from "../harness/older-copy.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const recovering = (project: Project) => recover(project.app, { run: project.run, target: project.target.name })

describe("a target that was restored to before the end of an abort", () => {
  test("has every verb lead to recover, which undoes the run once more", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName })
    const before = await project.dump()
    await project.start()
    const { run } = project
    await project.goTo("switch")
    const copy = await OlderCopy.take(project.database)
    await project.send("abort")
    expect((await project.closed("aborted")).findings).toEqual([])
    await expect(recovering(project)).rejects.toMatchObject({ code: "RUN_ENDED" })
    await copy.restore()

    const leads = { finding: { hint: expect.stringContaining(`sluice recover ${run}`) } }
    const { findings, choices } = await project.status()
    expect(findings).toMatchObject([{ code: "UNDER_WAY_IN_TARGET", ...leads.finding }])
    expect(choices).toEqual([`sluice recover ${run}`])
    await expect(project.start()).rejects.toMatchObject({ code: "RUN_ACTIVE", ...leads })
    await expect(project.send("abort")).rejects.toMatchObject({ code: "RUN_ENDED", ...leads })
    await expect(undo(project.app, { run })).rejects.toMatchObject({ code: "RUN_ENDED", ...leads })
    await expect(uninstall(project.app, project.target.name)).rejects.toMatchObject({ code: "RUN_ACTIVE", ...leads })

    expect(await recovering(project)).toMatchObject({ run, state: "aborting" })
    await expect(recovering(project)).rejects.toMatchObject({ code: "RUN_KNOWN" })
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(before)
    expect((await project.start()).run).not.toBe(run)
    await project.atGate("dual-write")
  })

  test("in keep brings the old shape back first, as an abort there does", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    const copy = await OlderCopy.take(project.database)
    await project.send("abort")
    await project.pass("new-writers-gone")
    await project.closed("aborted")
    await copy.restore()
    expect((await project.status()).findings).toMatchObject([{ code: "UNDER_WAY_IN_TARGET" }])
    await recovering(project)
    // Whoever has written since was of the new shape: that an earlier way back was let through says nothing of them.
    await project.pass("new-writers-gone")
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(before)
  })
})

describe("a target that was restored to before the undo of a run that had completed", () => {
  test("is led by recover through that undo once more, which waits for the applications again", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName, keepMs: 0 })
    await project.start()
    await project.goTo("purge")
    await project.send("proceed", { gate: "purge" })
    await project.closed("completed")
    const copy = await OlderCopy.take(project.database)
    await undo(project.app, { run: project.run })
    await project.pass("new-writers-gone")
    await project.closed("aborted")
    const undone = await project.dump()
    await copy.restore()
    expect((await project.status()).findings).toMatchObject([{ code: "UNDER_WAY_IN_TARGET" }])
    expect(await recovering(project)).toMatchObject({ state: "aborting" })
    await project.pass("new-writers-gone")
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(undone)
  })
})

describe("a control database that was restored to before the purge of a run that has completed", () => {
  // Seen before: the undo was accepted, the run shown as completed, and nothing undone.
  test("has the undo bring the old shape back from the archive; an abort is refused", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName, keepMs: 0 })
    const before = await project.dump()
    await project.start()
    await project.goTo("purge")
    await project.send("proceed", { gate: "purge" })
    await project.closed("completed")
    await sluice.control.query(
      "UPDATE sluice_control.run SET state = 'waiting', phase = 'keep', waiting_for = 'purge', ended_at = NULL WHERE run = $1",
      [project.run],
    )
    await expect(project.send("abort")).rejects.toMatchObject({ code: "PURGED" })
    await undo(project.app, { run: project.run })
    await project.pass("new-writers-gone")
    expect((await project.closed("aborted")).findings).toEqual([])
    // Its columns are in other places.
    expect((await project.dump()).toSorted()).toEqual(before.toSorted())
  })
})

describe("a target that was restored to keep, of a run that has completed", () => {
  async function restoredToKeep() {
    const project = await sluice.project({ rows: 50, operations: splitName })
    const before = await project.dump()
    await project.start()
    await project.goTo("purge")
    const copy = await OlderCopy.take(project.database)
    await project.send("proceed", { gate: "purge" })
    await project.closed("completed")
    const purged = await project.dump()
    await copy.restore()
    const { run } = project
    const { findings, choices } = await project.status()
    expect(findings).toMatchObject([{ code: "UNDER_WAY_IN_TARGET" }])
    expect(choices).toEqual([`sluice recover ${run}`, `sluice undo ${run}`])
    return { project, before, purged }
  }

  test("has the old shape brought back by undo, from the hidden columns", async () => {
    const { project, before } = await restoredToKeep()
    await undo(project.app, { run: project.run })
    await project.pass("new-writers-gone")
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(before)
  })

  test("is purged once more by recover", async () => {
    const { project, purged } = await restoredToKeep()
    expect(await recovering(project)).toMatchObject({ state: "running" })
    const { findings, steps } = await project.closed("completed")
    expect(findings).toEqual([])
    expect(steps.every(({ state }) => state === "done")).toBe(true)
    expect(await project.dump()).toEqual(purged)
    await undo(project.app, { run: project.run })
    await project.pass("new-writers-gone")
    expect((await project.closed("aborted")).findings).toEqual([])
  })
})

describe("a target that was restored to before the contract of a run that has completed", () => {
  test("isn't led through its gates again: undo takes back what is there", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName })
    const before = await project.dump()
    await project.start()
    await project.goTo("switch")
    const copy = await OlderCopy.take(project.database)
    await project.pass("switch", "contract", "purge")
    await project.closed("completed")
    await copy.restore()
    const leads = { finding: { hint: expect.stringContaining(`sluice undo ${project.run}`) } }
    await expect(project.start()).rejects.toMatchObject({ code: "RUN_ACTIVE", ...leads })
    await expect(recovering(project)).rejects.toMatchObject({ code: "RUN_ENDED", ...leads })
    await undo(project.app, { run: project.run })
    // Since the contract that was lost, applications of the new shape may be all there are.
    await project.pass("new-writers-gone")
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(before)
  })
})
