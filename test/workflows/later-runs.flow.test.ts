import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { previewAbort } from "../../src/app/abort-preview.ts"
import type { Started } from "../../src/app/start.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

/** Built on the first run's column: gone with it, if that one were undone. */
const addDomain = `
  - add_column:
      table: people
      column: {name: domain, type: text, nullable: false}
      up: "split_part(email, '@', 2)"
`

/** A first run whose old shape is hidden, and a second one at its first gate on the same table. */
async function begin(): Promise<{ readonly project: Project; readonly first: Started; readonly second: Started }> {
  const project = await sluice.project({ rows: 100, keepMs: 600_000 })
  const first = await project.start()
  await project.pass("dual-write", "switch", "contract")
  await project.until("keep", ({ phase }) => phase === "keep")
  await project.addRevision("0002_domain", "0001_change", addDomain)
  const second = await project.start()
  await project.atGate("dual-write")
  return { project, first, second }
}

const refused = (later: Started) => ({
  code: "LATER_REVISION",
  finding: { message: expect.stringContaining(later.run), hint: expect.stringContaining(later.run) },
})

describe("an abort of a run that a later one has built on", () => {
  test("is refused while the later one is at work or stands, and is right again once that is taken back", async () => {
    const { project, first, second } = await begin()
    project.follow(first)
    await expect(project.send("abort")).rejects.toMatchObject(refused(second))
    expect(await previewAbort(project.app, first.run)).toMatchObject({ refused: true })
    const [decision] = await project.entries("decision.refused")
    expect(decision?.detail["refusal"]).toMatchObject({ code: "LATER_REVISION" })

    project.follow(second)
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    const both = await project.dump()
    project.follow(first)
    await expect(project.send("abort")).rejects.toMatchObject(refused(second))
    expect((await project.status()).phase).toBe("keep")
    expect(await project.dump()).toEqual(both)

    project.follow(second)
    expect(await previewAbort(project.app, second.run)).toMatchObject({ refused: false })
    await project.send("abort")
    await project.ended("aborted")
    project.follow(first)
    await project.send("abort")
    await project.ended("aborted")
    expect(await project.database.query("SELECT id FROM sluice.revision")).toEqual([])
  })

  test("is refused as well where the run lost its workflow", async () => {
    const { project, first, second } = await begin()
    project.follow(first)
    await project.inTemporal((handle) => handle.terminate("test"))
    await expect(project.send("abort")).rejects.toMatchObject(refused(second))
    expect(await project.entries("run.adopted")).toEqual([])
    project.follow(second)
    await project.send("abort")
    await project.ended("aborted")
    project.follow(first)
    await project.send("abort")
    await project.ended("aborted")
  })

  test("stops before anything is undone where Temporal itself cancels the workflow", async () => {
    const { project, first, second } = await begin()
    const before = await project.dump()
    project.follow(first)
    await project.inTemporal((handle) => handle.cancel())
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped.findings).toMatchObject([{ code: "LATER_REVISION" }])
    expect(await project.dump()).toEqual(before)
    project.follow(second)
    await project.send("abort")
    await project.ended("aborted")
    project.follow(first)
    await project.send("retry")
    await project.ended("aborted")
  })
})
