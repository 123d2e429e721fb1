import { afterAll, beforeAll, expect, test } from "vitest"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { slowUpdates } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

/** The target takes nobody in any more and sends away who is there; a superuser alone is let in. */
async function shut({ database }: Project): Promise<void> {
  await database.query(`
    ALTER DATABASE ${database.name} CONNECTION LIMIT 0;
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}' AND pid <> pg_backend_pid()`)
}

async function open({ database }: Project): Promise<void> {
  await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT -1`)
}

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
  const [paused, aborted] = await Promise.all([project.send("pause"), project.send("abort")])
  expect([paused.state, aborted.state]).toEqual(["paused", "aborting"])
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
