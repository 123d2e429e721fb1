import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { endRun } from "../../src/execution/end-run.ts"
import { ensureJournal, registerRun } from "../../src/execution/journal.ts"
import { readKnobs, writePause } from "../../src/execution/knobs.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession, attemptOf, planOf, runOn, targetAt, Witness } from "./setting.ts"

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
})
afterEach(() => database.drop())

describe("a worker that wakes up late", () => {
  test("brings no pause back that was ended since", async () => {
    const { run } = await runOn(database.url, [addColumnStep("c")])
    const paused = (is: boolean, decidedAt: number) =>
      asSession(database.url, async (session) => {
        await writePause(session, run, is, decidedAt)
        return readKnobs(session, run)
      })
    expect(await paused(true, 5_000)).toEqual({ paused: true })
    expect(await paused(false, 9_000)).toEqual({ paused: false })
    expect(await paused(true, 5_000)).toEqual({ paused: false })
    expect(await paused(true, 9_500)).toEqual({ paused: true })
  })

  test("enters no run that was aborted before it was entered: nobody would ever end it again", async () => {
    const plan = planOf([addColumnStep("c")])
    const run = { run: "late", plan, target: targetAt(database.url) }
    await asSession(database.url, ensureJournal)
    expect(await endRun(run, "aborted", attemptOf(), new Witness())).toBe("aborted")
    const late = asSession(database.url, (session) => registerRun(session, { run: "late", plan, workflowId: "w" }))
    await expect(late).rejects.toMatchObject({ code: "RUN_ENDED" })
    // The plan itself may run again.
    await asSession(database.url, (session) => registerRun(session, { run: "next", plan, workflowId: "w" }))
  })
})
