import { afterAll, beforeAll, expect, test } from "vitest"
import { previewAbort } from "../../src/app/abort-preview.ts"
import { makePlan } from "../../src/app/make-plan.ts"
import { start } from "../../src/app/start.ts"
import type { SluiceError } from "../../src/domain/errors.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto, splitName } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const minutes = 60_000
const gates = { ...auto, purge: "manual" } as const

function keeps(project: Project): Promise<RunStatus> {
  return project.until("keep", ({ phase, state }) => phase === "keep" && state === "running")
}

test("a person ends keep early by its gate: a decision like any other, and the run completes at once", async () => {
  const project = await sluice.project({ rows: 50, operations: splitName, gates, keepMs: 10 * minutes })
  await project.start()
  expect((await keeps(project)).choices).toContain(`sluice proceed ${project.run} --gate purge`)
  const began = Date.now()
  expect(await project.send("proceed", { gate: "purge", reason: "the table is needed" })).toMatchObject({
    accepted: true,
    state: "running",
  })
  await project.ended("completed")
  expect(Date.now() - began).toBeLessThan(30_000)
  const decisions = await project.entries("decision.accepted")
  expect(decisions.at(-1)).toMatchObject({
    actor: "tester",
    detail: { verb: "proceed", gate: "purge", reason: "the table is needed", evidenceHash: expect.any(String) },
  })
  expect((await project.entries("gate.opened")).at(-1)?.detail).toMatchObject({ gate: "purge" })
  await project.keepHistory("keep-ended-early")
})

test("in keep another gate, or none, is refused with the time; who is refused a table is told the run", async () => {
  const project = await sluice.project({ rows: 50, operations: splitName, gates, keepMs: 10 * minutes })
  const before = await project.dump()
  await project.start()
  await keeps(project)
  for (const gate of [undefined, "new-writers-gone"] as const)
    await expect(project.send("proceed", { gate })).rejects.toMatchObject({
      code: "GATE_NOT_OPEN",
      message: expect.stringMatching(/the run keeps what it hid until 20\d\d-.* UTC/),
      finding: { hint: expect.stringContaining(`sluice proceed ${project.run} --gate purge`) },
    })
  await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject({ code: "GATE_NOT_OPEN" })
  await project.addRevision(
    "0002_drop",
    "0001_change",
    "\n  - drop_column: {table: people, column: first_name, down: \"'x'\"}\n",
  )
  const refused = await makePlan(project.app, { target: project.target.name }).catch((error: SluiceError) => error)
  const kept = (refused as SluiceError).findings.find(({ code }) => code === "HIDDEN_COLUMNS_KEPT")
  expect(kept?.hint).toMatch(
    new RegExp(`${project.run} .*until 20\\d\\d-.* UTC.*: sluice proceed ${project.run} --gate purge; .*sluice undo`),
  )
  await project.send("abort")
  await project.atGate("new-writers-gone")
  expect(await previewAbort(project.app, project.run)).toMatchObject({ refused: true })
  await expect(start(project.app, { target: project.target.name, revision: "0001_change" })).rejects.toMatchObject({
    code: "RUN_ACTIVE",
    message: expect.stringContaining("is taking this back"),
    finding: { hint: expect.stringContaining(`sluice proceed ${project.run} --gate new-writers-gone`) },
  })
  await project.pass("new-writers-gone")
  await project.ended("aborted")
  expect(await project.dump()).toEqual(before)
})

test("a soak isn't cut short, and the refusal says until when it lasts", async () => {
  const project = await sluice.project({ rows: 10, gates: auto, soakMs: 10 * minutes })
  await project.start()
  await project.until("soak", ({ phase }) => phase === "soak")
  await expect(project.send("proceed", { gate: "contract" })).rejects.toMatchObject({
    code: "GATE_NOT_OPEN",
    message: expect.stringMatching(/the run soaks until 20\d\d-.* UTC/),
    finding: { hint: expect.stringContaining("can't be cut short") },
  })
  await project.send("abort")
  await project.ended("aborted")
})
