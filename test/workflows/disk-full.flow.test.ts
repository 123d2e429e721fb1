import { afterAll, beforeAll, expect, test } from "vitest"
import type { RunStatus } from "../../src/domain/run.ts"
import { SmallDisk } from "../harness/small-disk.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
let disk: SmallDisk | null
beforeAll(async () => {
  disk = await SmallDisk.mount()
  sluice = await Sluice.begin()
})
afterAll(async () => {
  await sluice?.end()
  await disk?.unmount()
})

const triesOf = ({ steps }: RunStatus): number => steps.reduce((sum, { attempts }) => sum + attempts, 0)

const rows = 40_000
const megabyte = 1024 * 1024

test("a disk that fills up in the middle of a backfill stops the run, loses nothing, and a retry goes on once there is space", async (context) => {
  if (!disk) return context.skip("this process may not mount a small disk")
  const project = await sluice.project({ rows })
  const { database } = project
  // Nothing is to clean up behind the backfill while it is at work.
  await database.query(`ALTER TABLE public.people SET (autovacuum_enabled = false);
    ALTER TABLE public.people SET TABLESPACE ${disk.tablespace}`)
  await project.start()
  await project.atGate("dual-write")
  const write = (id: number) => database.query("UPDATE public.people SET name = 'Acknowledged' WHERE id = $1", [id])
  await write(1)
  disk.leave(megabyte)
  await project.send("proceed", { gate: "dual-write" })
  const stopped = await project.until("a stop", ({ state }) => state === "needs-operator")
  expect(stopped.findings).toMatchObject([
    { code: "DISK_FULL", severity: "error", hint: expect.stringContaining("retry") },
  ])
  expect(stopped.choices.some((choice) => choice.includes("retry"))).toBe(true)
  const filled = "SELECT count(*)::int AS n FROM public.people WHERE email IS NOT NULL"
  const [before] = await database.query<{ n: number }>(filled)
  expect(before?.n).toBeGreaterThan(0)
  expect(before?.n).toBeLessThan(rows)
  // Of what was done, nothing is done again: a batch of it would give the row another place.
  const places = "SELECT id, ctid::text FROM public.people WHERE email IS NOT NULL ORDER BY id LIMIT 100"
  const done = await database.query(places)

  // A second try without space stops for the same reason.
  await project.send("retry")
  const tries = triesOf(stopped)
  await project.until("a second stop", (status) => status.state === "needs-operator" && triesOf(status) > tries)
  expect(await database.query(places)).toEqual(done)

  disk.leave(32 * megabyte)
  await write(rows)
  await project.send("retry")
  await project.atGate("switch")
  expect(await database.query(places)).toEqual(done)
  await project.pass("switch", "contract", "purge")
  const ended = await project.ended("completed")
  expect(ended.findings.filter(({ severity }) => severity === "error")).toEqual([])
  expect(await database.query(filled)).toEqual([{ n: rows }])
  expect(
    await database.query("SELECT id::int, email FROM public.people WHERE name = 'Acknowledged' ORDER BY id"),
  ).toEqual([
    { id: 1, email: "acknowledged@example.com" },
    { id: rows, email: "acknowledged@example.com" },
  ])
})
