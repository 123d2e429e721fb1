import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { App } from "../../src/app/context.ts"
import { start } from "../../src/app/start.ts"
import { showStatus } from "../../src/app/status.ts"
import { steer } from "../../src/app/steer.ts"
import { tune } from "../../src/app/tune.ts"
import { ensureJournal } from "../../src/execution/journal.ts"
import { journalLock } from "../../src/execution/schema/ensure-journal.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import { withSession } from "../../src/postgres/session.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { startWorker, type RunningWorker } from "../../src/worker/start.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { createNamespace } from "../harness/namespace.ts"
import { OlderCopy } from "../harness/older-copy.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
let project: Project
/** The same project elsewhere: with a control database, a worker and workflows of its own. */
let twin: App
let control: TestDatabase
let worker: RunningWorker | null = null
beforeAll(async () => {
  sluice = await Sluice.begin()
})
beforeEach(async () => {
  project = await sluice.project({ rows: 100 })
  const { config, env } = project.app
  const [namespace, database] = await Promise.all([createNamespace(), createDatabase({ prefix: "control" })])
  control = database
  const directory = join(config.directory, `twin-of-${project.target.name}`)
  await mkdir(directory)
  const temporal = { ...config.temporal, namespace }
  const elsewhere = { ...config, directory, temporal, control: { url: control.url } }
  worker = await startWorker(elsewhere)
  twin = new App(elsewhere, { actor: "twin", env })
})
afterEach(async () => {
  await worker?.stop()
  await twin.close()
  await control.drop()
})
afterAll(() => sluice?.end())

async function twinUntil(run: string, isSo: (status: RunStatus) => boolean): Promise<RunStatus> {
  let seen: RunStatus | null = null
  const found = await waitUntil(
    async () => {
      seen = await showStatus(twin, run)
      return isSo(seen) ? seen : null
    },
    { timeoutMs: 45_000 },
  )
  if (!found) throw new Error(`never came: ${JSON.stringify(seen)}`)
  return found
}

async function journaled(): Promise<unknown> {
  const tables = ["run", "fence", "journal", "backfill", "cursor", "knob"]
  return Promise.all(tables.map((table) => project.database.query(`SELECT * FROM sluice.${table} ORDER BY 1, 2, 3`)))
}

/** How many registrations wait for their turn. */
async function waiting(): Promise<number> {
  const [row] = await project.database.query<{ waiting: number }>(
    "SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  )
  return row?.waiting ?? 0
}

describe("two control databases that start the same plan on a target at the same time", () => {
  // Seen before: both drove the same row of the journal, and an abort of one dropped what the other's application wrote.
  test("both give the same name; the one that comes second is refused, and its abort leaves the first alone", async () => {
    const { target } = project
    await withSession({ url: target.url, applicationName: "test" }, ensureJournal)
    const turn = await project.hold(`SELECT pg_advisory_xact_lock(${journalLock})`)
    const { run } = await project.start()
    await waitUntil(async () => (await waiting()) === 1, { timeoutMs: 30_000 })
    expect((await start(twin, { target: target.name })).run).toBe(run)
    // Its worker rests until the other has registered: which of two waits first is nobody's to say.
    await worker?.stop()
    await turn.release()

    await project.pass("dual-write")
    worker = await startWorker(twin.config)
    await project.atGate("switch")
    const refused = await twinUntil(run, ({ state }) => state === "needs-operator")
    expect(refused).toMatchObject({ findings: [{ code: "RUN_NAME_TAKEN", subject: run }] })
    const [shape, rows] = [await project.dump(), await journaled()]
    await steer(twin, { run, verb: "pause" })
    await steer(twin, { run, verb: "retry" })
    await steer(twin, { run, verb: "resume" })
    await steer(twin, { run, verb: "abort" })
    expect(await twinUntil(run, ({ state }) => state === "aborted")).toMatchObject({ findings: [], choices: [] })
    expect(await project.dump()).toEqual(shape)
    expect(await journaled()).toEqual(rows)
    await expect(start(twin, { target: target.name })).rejects.toMatchObject({
      code: "RUN_ACTIVE",
      message: expect.stringContaining("another control database"),
    })

    await project.pass("switch", "contract", "purge")
    expect((await project.closed("completed")).findings).toEqual([])
    const [filled] = await project.database.query("SELECT count(email)::int AS rows FROM people")
    expect(filled).toEqual({ rows: 100 })
  })
})

describe("a target that was restored to before the run, and has another control database's of the same name since", () => {
  test("keeps all of the other one through this one's abort, and the next start has another name", async () => {
    const { target } = project
    const copy = await OlderCopy.take(project.database)
    const { run } = await project.start()
    await project.goTo("switch")
    await copy.restore()
    expect((await start(twin, { target: target.name })).run).toBe(run)
    await twinUntil(run, ({ waitingFor }) => waitingFor === "dual-write")
    const [shape, rows] = [await project.dump(), await journaled()]
    const refused = { code: "RUN_NAME_TAKEN" }
    await expect(project.send("proceed", { gate: "switch" })).rejects.toMatchObject(refused)
    await expect(tune(project.app, run, ["parallelRanges=1"])).rejects.toMatchObject(refused)
    await project.send("abort")
    expect((await project.closed("aborted")).findings).toEqual([])
    expect(await project.dump()).toEqual(shape)
    expect(await journaled()).toEqual(rows)
    await steer(twin, { run, verb: "abort" })
    expect(await twinUntil(run, ({ state }) => state === "aborted")).toMatchObject({ findings: [] })
    expect((await project.start()).run).toBe(run.replace(/1$/, "2"))
    await project.atGate("dual-write")
  })
})
