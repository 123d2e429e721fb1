import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Sluice } from "../harness/sluice.ts"
import { emailOf } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

describe("an abort leaves everything as it was", () => {
  for (const gate of ["dual-write", "switch", "contract", "purge"] as const) {
    test(`at the gate ${gate}`, async () => {
      const project = await sluice.project({ rows: 300 })
      const before = await project.dump()
      await project.start()
      await project.goTo(gate)
      expect(await project.dump()).not.toEqual(before)
      await project.send("abort", { reason: "test" })
      await project.ended("aborted")
      expect(await project.dump()).toEqual(before)
    })
  }

  test("in the middle of the backfill", async () => {
    const project = await sluice.project({ rows: 3_000 })
    const before = await project.dump()
    await project.start()
    await project.atGate("dual-write")
    const held = await project.hold("SELECT FROM public.people WHERE id = 1500 FOR UPDATE")
    await project.pass("dual-write")
    await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
    await project.send("abort")
    await held.release()
    await project.ended("aborted")
    await project.keepHistory("aborted-in-backfill")
    expect(await project.dump()).toEqual(before)
  })

  test("while the hidden shape is kept", async () => {
    const project = await sluice.project({ rows: 300, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await project.send("abort")
    await project.ended("aborted")
    await project.keepHistory("aborted-in-keep")
    expect(await project.dump()).toEqual(before)
  })

  test("before anything was begun, at a failed precheck", async () => {
    const project = await sluice.project({ rows: 10, operations: emailOf("nullif(name, 'Person 7')") })
    const before = await project.dump()
    await project.start()
    await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(await project.send("abort")).toEqual({ accepted: true, state: "aborting", phase: "precheck" })
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  test("also where somebody renamed the table meanwhile: the way back stops, and goes on once it has its name", async () => {
    const project = await sluice.project({ rows: 300 })
    const before = await project.dump()
    await project.start()
    await project.goTo("switch")
    await project.database.query("ALTER TABLE public.people RENAME TO persons")
    await project.send("abort")
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped.findings).toMatchObject([{ code: "SHAPE_DIFFERS", hint: expect.stringContaining("public.people") }])
    await project.database.query("ALTER TABLE public.persons RENAME TO people")
    await project.send("retry")
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  test("from keep, where the new application wrote what `down` finds no value for: status has the rows' keys", async () => {
    const operations = `
  - add_column: {table: people, column: {name: label, type: text, nullable: true}, up: name}
  - drop_column: {table: people, column: name, down: label}
`
    const project = await sluice.project({ rows: 10, operations, keepMs: 600_000 })
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await project.database.query("UPDATE public.people SET label = NULL WHERE id IN (2, 3)")
    await project.send("abort")
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped.findings).toMatchObject([{ code: "DATA_REJECTED", hint: expect.stringContaining("stays hidden") }])
    const { offendingRows } = await project.status()
    expect(offendingRows).toMatchObject([{ step: "contract/hide", keys: ["2", "3"] }])
    // The new application is the only one there, and goes on.
    await project.database.query("UPDATE public.people SET label = NULL WHERE id = 2")
    await project.database.query("UPDATE public.people SET label = 'nobody' WHERE label IS NULL")
    await project.send("retry")
    await project.pass("new-writers-gone")
    await project.ended("aborted")
    const rows = await project.database.query("SELECT name FROM public.people WHERE id IN (1, 2, 3) ORDER BY id")
    expect(rows).toEqual([{ name: expect.stringContaining("1") }, { name: "nobody" }, { name: "nobody" }])
  })

  // Left out, the run ended with everything left behind, and the promise went on refusing writes.
  test("what proves an old promise again isn't to be skipped: once the rows are mended the way back goes on", async () => {
    const operations = `
  - add_column: {table: people, column: {name: team_no, type: int, nullable: true}, up: team}
  - drop_column: {table: people, column: team, down: team_no}
`
    const schema = `
      CREATE TABLE public.teams (id int PRIMARY KEY);
      INSERT INTO public.teams VALUES (1);
      ALTER TABLE public.people ADD COLUMN team int DEFAULT 1 REFERENCES public.teams (id)`
    const project = await sluice.project({ rows: 10, schema, operations, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await project.database.query("UPDATE public.people SET team_no = 99 WHERE id = 4")
    await project.send("abort", { reason: "wrong team" })
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect((await project.status()).sentBack).toMatchObject({ verb: "abort", actor: "tester", reason: "wrong team" })
    expect(stopped.choices).toEqual([`sluice retry ${project.run}`])
    await expect(project.send("skip", { reason: "later" })).rejects.toMatchObject({ code: "NOT_A_CHOICE" })
    await project.database.query("UPDATE public.people SET team_no = 1 WHERE id = 4")
    await project.send("retry")
    await project.pass("new-writers-gone")
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  test("where Temporal itself cancels the workflow", async () => {
    const project = await sluice.project({ rows: 300 })
    const before = await project.dump()
    await project.start()
    await project.goTo("switch")
    await project.inTemporal((handle) => handle.cancel())
    await project.ended("aborted")
    await project.keepHistory("cancelled-by-temporal")
    expect(await project.dump()).toEqual(before)
  })

  test("and a second abort while it unwinds is refused, also where an undo has stopped", async () => {
    const project = await sluice.project({ rows: 300, limits: { lockBudgetMs: 300, lockTimeoutMs: 50 } })
    const before = await project.dump()
    await project.start()
    await project.goTo("switch")
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await project.send("abort")
    await expect(project.send("abort")).rejects.toMatchObject({ code: "ALREADY_ABORTING" })
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped.findings.map(({ code }) => code)).toEqual(["LOCK_BUDGET"])
    await expect(project.send("abort")).rejects.toMatchObject({ code: "ALREADY_ABORTING" })
    await held.release()
    await project.send("retry")
    await project.ended("aborted")
    await project.keepHistory("undo-stopped")
    expect(await project.dump()).toEqual(before)
  })
})
