import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { RunStatus } from "../../src/domain/run.ts"
import type { Project } from "../harness/project.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const addNick = `
  - add_column:
      table: people
      column: {name: nick, type: text, nullable: false}
      up: "upper(name)"
`

describe("a second run on the table of a first one", () => {
  test("is refused until the first has contracted, and goes through while the first keeps what it hid", async () => {
    const project = await sluice.project({ rows: 100, keepMs: 600_000 })
    const first = await project.start()
    await project.goTo("contract")
    await project.addRevision("0002_nick", "0001_change", addNick)
    await expect(project.start()).rejects.toMatchObject({ code: "RUN_ACTIVE" })
    await project.pass("contract")
    await keeps(project)
    const second = await project.start()
    await project.pass("dual-write", "switch", "contract")
    await keeps(project)
    project.follow(first)
    await keeps(project)
    expect(second.run).not.toBe(first.run)
    const [left] = await project.database.query(
      "SELECT count(*)::int AS rows FROM public.people WHERE email IS NULL OR nick IS NULL",
    )
    expect(left).toEqual({ rows: 0 })
  })

  test("outlives the first one's purge", async () => {
    const project = await sluice.project({ rows: 100, keepMs: 10 })
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    const first = await project.atGate("purge")
    await project.addRevision("0002_nick", "0001_change", addNick)
    const second = await project.start()
    await project.goTo("switch")
    project.follow(first)
    await project.pass("purge")
    await project.ended("completed")
    project.follow(second)
    await project.pass("switch", "contract", "purge")
    await project.ended("completed")
    const [left] = await project.database.query(
      "SELECT count(*)::int AS rows FROM public.people WHERE email IS NULL OR nick IS NULL",
    )
    expect(left).toEqual({ rows: 0 })
  })

  test("holds the first one's way back up, which is open again once the second was taken back", async () => {
    const project = await sluice.project({ rows: 100, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    const first = await contract(project)
    await project.addRevision("0002_nick", "0001_change", addNick)
    const second = await project.start()
    await project.goTo("switch")
    project.follow(first)
    await expect(project.send("abort")).rejects.toMatchObject({
      code: "LATER_REVISION",
      message: expect.stringContaining(second.run),
    })
    project.follow(second)
    await project.send("abort")
    await project.ended("aborted")
    project.follow(first)
    await project.send("abort")
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })
})

/** Lets the run through the contract, to where it keeps what it hid. */
async function contract(project: Project): Promise<RunStatus> {
  await project.pass(...(["dual-write", "switch", "contract"] as const))
  return keeps(project)
}

function keeps(project: Project): Promise<RunStatus> {
  return project.until("keep", ({ phase, state }) => phase === "keep" && state === "running")
}
