import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { recover } from "../../src/app/recover.ts"
import { App } from "../../src/app/context.ts"
import { openControl } from "../../src/ledger/control.ts"
import { migrateControl } from "../../src/ledger/migrate.ts"
import { createDatabase } from "../harness/database.ts"
import { OlderCopy } from "../harness/older-copy.ts"
import { Sluice } from "../harness/sluice.ts"
import { splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

describe("a target that was restored to before the run", () => {
  test("is told by a code of its own; abort goes through by itself, and the plan starts anew", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName })
    const copy = await OlderCopy.take(project.database)
    await project.start()
    const { run } = project
    await project.atGate("dual-write")
    await copy.restore()
    await expect(project.send("proceed", { gate: "dual-write" })).rejects.toMatchObject({
      code: "RUN_NOT_IN_TARGET",
      finding: { hint: expect.stringContaining(`sluice abort ${run}`) as string },
    })
    await project.send("abort")
    expect(await project.ended("aborted")).toMatchObject({ findings: [] })
    await project.inTemporal((handle) => handle.result())
    expect((await project.start()).run).not.toBe(run)
    await project.atGate("dual-write")
  })
})

describe("a target that was restored to before a run in keep", () => {
  test("has the run aborted once the applications of the new shape are gone, which the target doesn't tell of", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName, keepMs: 600_000 })
    const before = await project.dump()
    const copy = await OlderCopy.take(project.database)
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await copy.restore()
    await project.send("abort")
    await project.pass("new-writers-gone")
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(before)
  })
})

describe("a control database that knows nothing of a run under way", () => {
  // Seen before: the workflow waited on at its gate with nobody to speak to it, and the plan could never be started again.
  test("has recover undo it by the target's journal, and end its workflow", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName })
    const before = await project.dump()
    await project.start()
    const { run } = project
    await project.goTo("switch")
    const control = await createDatabase({ prefix: "control" })
    const empty = openControl(control.url)
    await migrateControl(empty)
    await empty.close()
    const { config, env } = project.app
    const other = new App({ ...config, control: { url: control.url } }, { actor: "tester", env })
    try {
      const recovered = await recover(other, { run, target: project.target.name })
      expect(recovered).toMatchObject({ state: "aborted", left: [], workflow: { end: "terminated" } })
      expect(await project.dump()).toEqual(before)
      expect(await project.inTemporal(async (handle) => (await handle.describe()).status.name)).toBe("TERMINATED")
    } finally {
      await other.close()
      await control.drop()
    }
  })
})

describe("a target that has lost what it knew of the run", () => {
  test("with schema sluice: an abort takes back all that is still there", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName })
    const before = await project.dump()
    await project.start()
    await project.goTo("switch")
    await project.database.query("DROP SCHEMA sluice CASCADE")
    await project.send("abort")
    expect(await project.ended("aborted")).toMatchObject({ findings: [] })
    expect(await project.dump()).toEqual(before)
  })

  test("with the journal's rows: an abort takes back what the catalog shows, and names what no catalog tells", async () => {
    const operations = `${splitName}  - sql: {up: "CREATE TABLE extra (id bigint)", down: "DROP TABLE extra"}\n`
    const project = await sluice.project({ rows: 50, operations })
    await project.start()
    await project.goTo("switch")
    await project.database.query("TRUNCATE sluice.journal")
    await project.send("abort")
    const { findings } = await project.ended("aborted")
    expect(findings).toMatchObject([
      {
        code: "LEFT_BEHIND",
        subject: expect.stringContaining("expand/sql"),
        message: expect.stringContaining("no catalog tells"),
      },
    ])
    await project.database.query("DROP TABLE extra")
    expect((await project.dump()).join("\n")).not.toMatch(/first_name|sluice_filled/)
  })
})

describe("a target that was restored to an earlier run of the same plan", () => {
  test("has nothing of the later one: that ends by an abort, and the earlier one by recover", async () => {
    const project = await sluice.project({ rows: 50, operations: splitName })
    const before = await project.dump()
    const earlier = await project.start()
    await project.goTo("dual-write")
    const copy = await OlderCopy.take(project.database)
    await project.send("abort")
    await project.closed("aborted")
    const later = await project.start()
    await project.goTo("dual-write")
    await copy.restore()
    const recoverEarlier = () => recover(project.app, { run: earlier.run, target: project.target.name })
    await expect(recoverEarlier()).rejects.toMatchObject({ code: "RUN_ACTIVE", finding: { subject: later.run } })
    const there = await project.dump()
    await project.send("abort")
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(there)
    await recoverEarlier()
    project.follow(earlier)
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(before)
  })
})
