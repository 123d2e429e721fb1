import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { gateNames } from "../../src/domain/gate.ts"
import { Sluice } from "../harness/sluice.ts"
import { emailOf, slowUpdates } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

describe("a run whose workflow was terminated from outside", () => {
  test("is found, and goes on where it stood after retry", async () => {
    const project = await sluice.project({ rows: 300 })
    await project.start()
    await project.goTo("switch")
    await project.inTemporal((handle) => handle.terminate("test"))
    const status = await project.status()
    expect(status.findings.map(({ code }) => code)).toContain("ORPHANED")
    expect(status.choices).toEqual([`sluice retry ${project.run}`, `sluice abort ${project.run}`])
    await expect(project.send("proceed")).rejects.toMatchObject({ code: "ORPHANED" })
    await project.send("retry", { reason: "somebody terminated it" })
    await project.pass("switch", "contract", "purge")
    const ended = await project.ended("completed")
    await project.keepHistory("adopted-to-continue")
    expect(ended.steps.map(({ attempts }) => attempts)).toEqual(ended.steps.map(() => 1))
  })

  test("in the middle of the backfill, and is undone by abort", async () => {
    const project = await sluice.project({ rows: 3_000 })
    const before = await project.dump()
    await project.start()
    await project.atGate("dual-write")
    const held = await project.hold("SELECT FROM public.people WHERE id = 1500 FOR UPDATE")
    await project.pass("dual-write")
    await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
    await project.inTemporal((handle) => handle.terminate("test"))
    expect((await project.status()).findings.map(({ code }) => code)).toContain("ORPHANED")
    await project.send("abort", { reason: "undo it" })
    await held.release()
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
    expect((await project.entries("run.adopted")).map(({ detail }) => detail["verb"])).toEqual(["abort"])
  })

  test("before it had touched anything, and is undone by abort", async () => {
    const project = await sluice.project({ rows: 10, operations: emailOf("nullif(name, 'Person 7')") })
    const before = await project.dump()
    await project.start()
    await project.until("needs-operator", ({ state }) => state === "needs-operator")
    await project.inTemporal((handle) => handle.terminate("test"))
    await project.send("abort")
    await project.ended("aborted")
    await project.keepHistory("adopted-to-abort")
    expect(await project.dump()).toEqual(before)
  })

  for (const gate of ["dual-write", "switch"] as const) {
    test(`paused at the gate ${gate}, stays paused after retry until it is resumed`, async () => {
      const project = await sluice.project({ rows: 300 })
      await project.start()
      await project.goTo(gate)
      await project.send("pause")
      await project.inTemporal((handle) => handle.terminate("test"))
      expect((await project.status()).findings.map(({ code }) => code)).toContain("ORPHANED")
      await project.send("retry")
      await project.until("paused", ({ state }) => state === "paused")
      await expect(project.send("proceed")).rejects.toMatchObject({ code: "RUN_PAUSED" })
      await project.send("resume")
      await project.pass(...gateNames.slice(gateNames.indexOf(gate)))
      await project.ended("completed")
    })
  }

  test("paused in the middle of the backfill, stays paused after retry and fills nothing until it is resumed", async () => {
    const project = await sluice.project({ rows: 1_000, schema: slowUpdates, limits: { batchDurationMs: 20 } })
    await project.start()
    await project.pass("dual-write")
    await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
    await project.send("pause")
    await project.until("a resting backfill", ({ backfill }) => backfill?.throttledBy === "paused")
    await project.inTemporal((handle) => handle.terminate("test"))
    const filled = await project.database.query("SELECT id FROM public.people WHERE email IS NOT NULL ORDER BY id")
    expect(filled.length).toBeLessThan(1_000)
    await project.send("retry")
    await project.until("paused", ({ state }) => state === "paused")
    await expect(project.send("proceed")).rejects.toMatchObject({ code: "RUN_PAUSED" })
    expect(await project.database.query("SELECT id FROM public.people WHERE email IS NOT NULL ORDER BY id")).toEqual(
      filled,
    )
    await project.send("resume")
    await project.pass("switch", "contract", "purge")
    await project.ended("completed")
  })

  test("while it unwinds, and goes on unwinding after retry", async () => {
    const project = await sluice.project({ rows: 300 })
    const before = await project.dump()
    await project.start()
    await project.goTo("contract")
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await project.send("abort")
    await project.inTemporal((handle) => handle.terminate("test"))
    await project.send("retry")
    await held.release()
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })
})
