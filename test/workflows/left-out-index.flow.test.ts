import { afterAll, beforeAll, expect, test } from "vitest"
import type { RunStatus } from "../../src/domain/run.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

/** An index whose expression can't process one of the rows, which no check can know beforehand. */
const operations = `
  - create_index: {table: people, name: people_share, columns: [{expression: "(1 / (length(name) - 3))"}]}
`
const options = {
  rows: 10,
  operations,
  gates: auto,
  schema: "INSERT INTO public.people (name) VALUES ('abc')",
  limits: { lockTimeoutMs: 50, lockBudgetMs: 500 },
}

async function stopped(project: Project): Promise<RunStatus> {
  await project.start()
  return project.until("needs-operator", ({ state }) => state === "needs-operator")
}

function invalid(project: Project): Promise<readonly unknown[]> {
  return project.database.query(
    "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = 'public.people'::regclass AND NOT indisvalid",
  )
}

test("an index that can't be built leaves nothing that costs writes, neither while the run asks nor when it is left out", async () => {
  const project = await sluice.project(options)
  expect((await stopped(project)).findings).toMatchObject([{ code: "DATA_REJECTED" }])
  expect(await invalid(project)).toEqual([])
  await project.send("skip", { reason: "do without" })
  expect((await project.ended("completed")).findings).toEqual([])
  expect(await invalid(project)).toEqual([])
  // The name is free for another one.
  await project.addRevision(
    "0002_again",
    "0001_change",
    "\n  - create_index: {table: people, name: people_share, columns: [name]}\n",
  )
  await project.start()
  await project.ended("completed")
})

test("where it couldn't be dropped, the run says so when it stops and when it ends", async () => {
  const project = await sluice.project(options)
  const held = await project.hold("SELECT FROM public.people LIMIT 1")
  const { findings } = await stopped(project)
  expect(findings).toMatchObject([{ code: "DATA_REJECTED" }, { code: "INVALID_INDEX", severity: "warning" }])
  await project.send("skip", { reason: "do without" })
  const ended = await project.ended("completed")
  await held.release()
  expect(ended.findings).toMatchObject([{ code: "INVALID_INDEX", severity: "warning" }])
  // The hint is what a person types.
  await project.database.query(ended.findings[0]?.hint?.match(/DROP INDEX [^;]*/)?.[0] ?? "")
  expect(await invalid(project)).toEqual([])
})
