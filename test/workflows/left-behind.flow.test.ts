import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { wait } from "../../src/app/wait.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const limits = { lockBudgetMs: 300, lockTimeoutMs: 50 }

/** A table beside the column, whose undo somebody can stand in the way of. */
const emailAndTable = `
  - add_column: {table: people, column: {name: email, type: text, nullable: false}, up: "lower(name)"}
  - sql: {up: "CREATE TABLE extra (id bigint)", down: "DROP TABLE extra"}
`

function stopped(project: Project): Promise<RunStatus> {
  return project.until("needs-operator", ({ state }) => state === "needs-operator")
}

async function columns(project: Project): Promise<readonly string[]> {
  const rows = await project.database.query<{ name: string }>(`
    SELECT attname::text AS name FROM pg_attribute
     WHERE attrelid = 'public.people'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`)
  return rows.map(({ name }) => name)
}

describe("an undo that is left out", () => {
  test("needs a reason, and is named as left behind in status, ledger, report and the answer of wait", async () => {
    const project = await sluice.project({ rows: 50, limits, operations: emailAndTable })
    await project.start()
    await project.atGate("dual-write")
    const held = await project.hold("SELECT FROM public.extra LIMIT 1")
    await project.send("abort")
    const { choices } = await stopped(project)
    // An abort is under way: to offer another would be to offer a refusal.
    expect(choices).toEqual([`sluice retry ${project.run}`, `sluice skip ${project.run} --reason "…"`])
    await expect(project.send("skip")).rejects.toMatchObject({ code: "REASON_MISSING" })
    await project.send("skip", { reason: "somebody uses the table" })
    const status = await project.ended("aborted")
    await held.release()
    // The report is written once the run has ended.
    await project.inTemporal((handle) => handle.result())
    await project.keepHistory("undo-left-out")
    const [left] = status.findings
    expect(left).toMatchObject({
      code: "LEFT_BEHIND",
      severity: "error",
      subject: expect.stringContaining("expand/sql"),
    })
    expect(status.findings).toHaveLength(1)

    const [ended] = await project.entries("run.ended")
    expect(ended?.detail).toMatchObject({ state: "aborted", leftBehind: [left?.subject] })
    const skip = (await project.entries("decision.accepted")).find(({ detail }) => detail["verb"] === "skip")
    expect(skip?.detail).toMatchObject({ about: `undo of ${left?.subject}`, reason: "somebody uses the table" })
    const report = await readFile(join(project.app.config.directory, "reports", `${project.run}.md`), "utf8")
    expect(report).toContain("Not everything was undone")
    await expect(wait(project.app, { run: project.run, for: "end", timeoutMs: 5_000 })).rejects.toMatchObject({
      kind: "TransientError",
      code: "LEFT_BEHIND",
    })
    // The rest went back all the same.
    expect(await columns(project)).toEqual(["id", "name"])
    expect(await project.database.query("SELECT to_regclass('public.extra')::text AS extra")).toEqual([
      { extra: "extra" },
    ])
  })

  test("of the contract leaves the new shape with it: applications have no other", async () => {
    const project = await sluice.project({ rows: 50, limits, keepMs: 600_000 })
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    const before = await project.dump()
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await project.send("abort")
    await stopped(project)
    await project.send("skip", { reason: "it can stay" })
    const status = await project.ended("aborted")
    await held.release()
    expect(status.findings.map(({ code, subject }) => [code, subject])).toContainEqual(["LEFT_BEHIND", "contract/hide"])
    expect(status.findings.map(({ subject }) => subject)).toContain("expand/people/sync")
    expect(await project.dump()).toEqual(before)
  })
})

describe("what somebody has dropped by hand", () => {
  test("isn't named as left behind; of raw SQL nobody can tell, and the hint shows the undo", async () => {
    const operations = `
  - create_table: {name: gone, columns: [{name: id, type: bigint, pk: true}]}
  - create_table: {name: kept, columns: [{name: id, type: bigint, pk: true}]}
  - sql: {up: "CREATE TABLE extra (id bigint)", down: "DROP TABLE extra"}
`
    const project = await sluice.project({ rows: 10, limits, operations })
    await project.start()
    await project.atGate("dual-write")
    await project.database.query("DROP TABLE gone; DROP TABLE extra")
    const held = await project.hold("SELECT FROM public.kept")
    await project.send("abort")
    for (let undos = 0; undos < 3; undos++) {
      await stopped(project)
      await project.send("skip", { reason: "dropped by hand" })
    }
    const { findings } = await project.ended("aborted")
    await held.release()
    expect(findings).toMatchObject([
      { subject: "expand/kept/create-table", message: expect.stringContaining("still there") },
      { subject: expect.stringContaining("expand/sql"), message: expect.stringContaining("no catalog tells") },
    ])
    for (const { hint } of findings) expect(hint).toContain(`sluice plan --run ${project.run} --sql`)
  })
})

describe("a step without an undo", () => {
  test("is named as left behind where the run is aborted after it", async () => {
    const operations = `\n  - sql: {up: "CREATE TABLE extra (id bigint)"}\n`
    const project = await sluice.project({ rows: 10, operations })
    await project.start()
    await project.atGate("dual-write")
    await project.send("abort")
    const status = await project.ended("aborted")
    expect(status.findings.filter(({ code }) => code === "LEFT_BEHIND")).toHaveLength(1)
  })

  test("closes the way back once the contract has one: an abort would take the new shape and not bring the old", async () => {
    const operations = `
  - add_column: {table: people, column: {name: email, type: text, nullable: false}, up: "lower(name)"}
  - sql: {up: "CREATE TABLE extra (id bigint)", down: "DROP TABLE extra", onComplete: "DROP TABLE extra"}
`
    const project = await sluice.project({ rows: 10, operations, keepMs: 600_000 })
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    const before = await project.dump()
    await expect(project.send("abort")).rejects.toMatchObject({ code: "NO_WAY_BACK" })
    await project.inTemporal((handle) => handle.cancel())
    expect((await stopped(project)).findings).toMatchObject([{ code: "NO_WAY_BACK" }])
    await project.send("skip", { reason: "it stays" })
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })
})
