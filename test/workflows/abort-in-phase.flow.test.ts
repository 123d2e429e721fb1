import { readdir } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { waitUntil } from "../../src/stack/wait-until.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { emailOf, splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

/** What sessions of ours wait for a lock with, as soon as there are some, or none. */
async function waitingStatements(project: Project, expected: "some" | "none"): Promise<readonly string[]> {
  let statements: readonly string[] = []
  const asExpected = async (): Promise<boolean> => {
    const rows = await project.database.query<{ query: string }>(
      `SELECT query FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name LIKE 'sluice%'`,
    )
    statements = rows.map(({ query }) => query)
    return (statements.length === 0) === (expected === "none")
  }
  await waitUntil(asExpected, { timeoutMs: 30_000, everyMs: 25 })
  return statements
}

/** Waits until the run shows who is in its way. */
const isHeldUp = (project: Project) =>
  project.until("a blocker", ({ blockers }) => blockers.some(({ application }) => application === "somebody"))

const aReader = "SELECT FROM public.people LIMIT 1"

describe("an abort in the middle of a phase leaves everything as it was", () => {
  test("while the backup is made: the dump is broken off where it waits, and leaves no file", async () => {
    const project = await sluice.project({ rows: 300 })
    const before = await project.dump()
    // Of all that a run does, pg_dump alone reads it.
    const held = await project.hold("LOCK TABLE pg_catalog.pg_ts_template IN ACCESS EXCLUSIVE MODE")
    await project.start()
    await project.until("backup", ({ phase }) => phase === "backup")
    expect(await waitingStatements(project, "some")).toEqual([expect.stringContaining("pg_ts_template")])
    await project.send("abort")
    await project.ended("aborted")
    expect(await waitingStatements(project, "none")).toEqual([])
    await held.release()
    expect(await project.dump()).toEqual(before)
    const files = await readdir(project.app.config.backups.directory)
    expect(files.filter((name) => name.includes(project.run))).toEqual([])
  })

  test("while a step of expand waits for its lock", async () => {
    const project = await sluice.project({ rows: 300 })
    const before = await project.dump()
    const held = await project.hold(aReader)
    await project.start()
    expect(await isHeldUp(project)).toMatchObject({ phase: "expand", state: "running" })
    await project.send("abort")
    await held.release()
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  test("at a contract that never got its lock: the old shape was there all along, so nobody is waited for", async () => {
    const project = await sluice.project({
      rows: 10,
      operations: splitName,
      limits: { lockBudgetMs: 500, lockTimeoutMs: 50 },
    })
    const before = await project.dump()
    await project.start()
    await project.goTo("contract")
    const held = await project.hold(aReader)
    await project.pass("contract")
    await project.until("needs-operator", ({ state }) => state === "needs-operator")
    await project.send("abort")
    await held.release()
    await project.ended("aborted")
    expect(await project.entries("gate.opened")).not.toContainEqual(
      expect.objectContaining({ detail: expect.objectContaining({ gate: "new-writers-gone" }) }),
    )
    await project.keepHistory("aborted-before-contract-was-done")
    expect(await project.dump()).toEqual(before)
  })

  test("while rows are compared", async () => {
    const project = await sluice.project({
      rows: 3_000,
      operations: emailOf("public.mail(name)"),
      schema: `
        CREATE FUNCTION public.mail(name text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
          IF name = 'Person 1' THEN PERFORM pg_catalog.pg_advisory_xact_lock_shared(1); END IF;
          RETURN pg_catalog.lower(name) || '@example.com';
        END $$`,
      limits: { lockTimeoutMs: 30_000 },
    })
    const before = await project.dump()
    await project.start()
    await project.atGate("dual-write")
    const row = await project.hold("SELECT FROM public.people WHERE id = 2500 FOR UPDATE")
    await project.pass("dual-write")
    await waitUntil(
      async () => (await project.database.query("SELECT FROM public.people WHERE id = 1 AND email > ''")).length > 0,
      { timeoutMs: 30_000, everyMs: 25 },
    )
    // The backfill has its first row behind it: whoever asks for its address again is the comparison.
    const held = await project.hold("SELECT pg_advisory_xact_lock(1)")
    await row.release()
    await project.until("verify", ({ phase }) => phase === "verify")
    expect(await waitingStatements(project, "some")).toEqual([expect.stringContaining("public.mail(")])
    await project.send("abort")
    await project.ended("aborted")
    await held.release()
    expect(await project.dump()).toEqual(before)
  })

  test("in soak", async () => {
    const project = await sluice.project({ rows: 300, soakMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.pass("dual-write", "switch")
    await project.until("soak", ({ phase }) => phase === "soak")
    await project.send("abort")
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  for (const operations of [undefined, splitName]) {
    const what = operations === undefined ? "" : " that would hide the old shape"
    test(`while a contract${what} waits for its lock`, async () => {
      const project = await sluice.project({ rows: 300, ...(operations !== undefined && { operations }) })
      const before = await project.dump()
      await project.start()
      await project.goTo("contract")
      const held = await project.hold(aReader)
      await project.send("proceed", { gate: "contract" })
      expect(await isHeldUp(project)).toMatchObject({ phase: "contract", state: "running" })
      await project.send("abort")
      await held.release()
      if (operations !== undefined) await project.pass("new-writers-gone")
      await project.ended("aborted")
      expect(await project.dump()).toEqual(before)
    })
  }

  test("where contract has used its lock budget up and asks", async () => {
    const project = await sluice.project({ rows: 300, limits: { lockBudgetMs: 300, lockTimeoutMs: 50 } })
    const before = await project.dump()
    await project.start()
    await project.goTo("contract")
    const held = await project.hold(aReader)
    await project.send("proceed", { gate: "contract" })
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped).toMatchObject({ phase: "contract", findings: [{ code: "LOCK_BUDGET" }] })
    await held.release()
    await project.send("abort")
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  test("where the worker is killed in the middle of the way back, and another one goes on", async () => {
    const project = await sluice.project({ rows: 300, operations: splitName, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await sluice.stopWorker()
    const worker = await sluice.workerProcess(project)
    try {
      await project.send("abort")
      await project.atGate("new-writers-gone")
      const held = await project.hold(aReader)
      await project.send("proceed", { gate: "new-writers-gone" })
      const { steps } = await isHeldUp(project)
      const states = new Set(steps.map(({ state }) => state))
      expect([...states]).toEqual(expect.arrayContaining(["undone", "done"]))
      await worker.kill()
      await held.release()
    } finally {
      await worker.kill()
      await sluice.startWorker()
    }
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })
})
