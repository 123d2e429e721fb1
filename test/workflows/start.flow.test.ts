import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { start, type Started } from "../../src/app/start.ts"
import { listRuns } from "../../src/ledger/run-status.ts"
import { Sluice } from "../harness/sluice.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

describe("one plan, several starts", () => {
  test("at once: one runs, the others are told which, and leave no run behind", async () => {
    const project = await sluice.project({ rows: 10 })
    const target = project.target.name
    const answers = await Promise.allSettled([1, 2, 3].map(() => start(project.app, { target })))
    const started = answers.flatMap((answer): readonly Started[] =>
      answer.status === "fulfilled" ? [answer.value] : [],
    )
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []))
    expect(started).toHaveLength(1)
    const refusal = { code: "RUN_ACTIVE", finding: { subject: started[0]?.run } }
    for (const error of refused) expect(error).toMatchObject(refusal)
    expect((await listRuns(sluice.control, { target })).map(({ run }) => run)).toEqual([started[0]?.run])
    if (started[0]) project.follow(started[0])
    await project.atGate("dual-write")
    await project.send("abort")
    await project.ended("aborted")
  })

  test("one after the other: as soon as a run has ended, the next may begin", async () => {
    const project = await sluice.project({ rows: 10 })
    const names: string[] = []
    for (let count = 0; count < 3; count++) {
      names.push((await project.start()).run)
      await project.atGate("dual-write")
      await project.send("abort")
      await project.ended("aborted")
    }
    expect(names.map((name) => name.split("-").at(-1))).toEqual(["1", "2", "3"])
  })
})
