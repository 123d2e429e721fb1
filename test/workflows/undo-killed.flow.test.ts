import { afterAll, beforeAll, expect, test } from "vitest"
import { undo } from "../../src/app/undo.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const rows = 150_000
const schema = "UPDATE public.people SET name = 'Prince' || id || repeat(' ', 2) WHERE id % 3 = 0"
const operations = `
  - drop_column: {table: people, column: name, down: "'nobody'"}
`

/** How many batches have got to their commit. */
async function filled(project: Project, step: string): Promise<number> {
  const [row] = await project.database.query<{ rows: number }>(
    "SELECT coalesce(sum(rows_filled), 0)::int AS rows FROM sluice.cursor WHERE run = $1 AND step = $2",
    [project.run, step],
  )
  return row?.rows ?? 0
}

/** A fresh process answers once it has loaded the workflows. */
function answers(project: Project): Promise<boolean> {
  return project
    .inTemporal((handle) => handle.query("status"))
    .then(
      () => true,
      () => false,
    )
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 25))
}

test("a worker killed while it archives, and while it fills from the archive, is followed by one that goes on", async () => {
  const project = await sluice.project({ rows, operations, schema, gates: { ...auto, purge: "manual" } })
  const names = "SELECT count(*)::int AS rows, md5(string_agg(id || name, '' ORDER BY id)) AS hash FROM public.people"
  const before = await project.database.query(names)
  await project.start()
  await project.atGate("purge")
  await sluice.stopWorker()

  let worker = await sluice.workerProcess(project)
  try {
    await until(() => answers(project))
    await project.pass("purge")
    await until(async () => (await filled(project, "purge/people/copy")) > 0)
    await worker.kill()
    expect(await filled(project, "purge/people/copy")).toBeLessThan(rows)
    worker = await sluice.workerProcess(project)
    const { steps } = await project.ended("completed")
    expect(steps.find(({ id }) => id === "purge/people/copy")?.attempts).toBe(2)
    expect(await filled(project, "purge/people/copy")).toBe(rows)

    await undo(project.app, { run: project.run })
    await until(async () => (await filled(project, "purge/people/refill")) > 0)
    await worker.kill()
    expect(await filled(project, "purge/people/refill")).toBeLessThan(rows)
    worker = await sluice.workerProcess(project)
    await project.pass("new-writers-gone")
    await project.ended("aborted")
    expect(await filled(project, "purge/people/refill")).toBe(rows)
  } finally {
    await worker.kill()
  }
  expect(await project.database.query(names)).toEqual(before)
}, 180_000)
