import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { withClaim, type ClaimRequest } from "../../src/execution/claimed.ts"
import { endRun } from "../../src/execution/end-run.ts"
import { checkFence } from "../../src/execution/fence.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, attemptOf, journalOf, runOn, Witness } from "./setting.ts"

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
})
afterEach(() => database.drop())

const witness = new Witness()
const [first, second] = [addColumnStep("c", { id: "c" }), addColumnStep("d", { id: "d" })]
const claiming: ClaimRequest = { step: first.id, direction: "do", attempt: attemptOf(), observer: witness }

async function columns(): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped",
  )
  return rows.map(({ name }) => name)
}

describe("nothing is done and nothing undone for a run that", () => {
  test.each([
    ["has completed", "UPDATE sluice.run SET state = 'completed'", "RUN_ENDED"],
    ["was aborted", "UPDATE sluice.run SET state = 'aborted'", "RUN_ENDED"],
    ["the journal doesn't have any more", "DELETE FROM sluice.run", "RUN_NOT_IN_TARGET"],
    ["whose journal was taken away", "DROP SCHEMA sluice CASCADE", "RUN_NOT_IN_TARGET"],
  ])("%s", async (_, change, code) => {
    const run = await runOn(database.url, [first, second])
    await performStep(run, first, attemptOf(), witness)
    await database.query(change)
    for (const attempt of [
      () => performStep(run, first, attemptOf(), witness),
      () => performStep(run, second, attemptOf(), witness),
      () => undoStep(run, first, attemptOf(), witness),
    ])
      await expect(attempt()).rejects.toMatchObject({ kind: "RefusedError", code })
    expect(await columns()).toEqual(["id", "c"])
  })
})

describe("the end of a run", () => {
  test("stands, whatever is said of it afterwards", async () => {
    const run = await runOn(database.url, [first])
    expect(await endRun(run, "completed", attemptOf(), new Witness())).toBe("completed")
    expect(await endRun(run, "aborted", attemptOf(), new Witness())).toBe("completed")
    expect(await database.query("SELECT state FROM sluice.run")).toEqual([{ state: "completed" }])
  })

  test("comes as well where the target never heard of the run", async () => {
    const run = await runOn(database.url, [first])
    await database.query("DROP SCHEMA sluice CASCADE")
    expect(await endRun(run, "aborted", attemptOf(), new Witness())).toBe("aborted")
  })

  test("takes a frozen worker its session, and the right to write with another", async () => {
    const run = await runOn(database.url, [first])
    await withClaim(run, claiming, async (session, { claim, withSession }) => {
      const write = session.transaction(async () => {
        await checkFence(session, claim)
        await endRun(run, "aborted", attemptOf(), new Witness())
        await session.query(first.sql)
      })
      await expect(write).rejects.toMatchObject({ code: "CONNECTION_LOST" })
      const again = withSession({}, (session) => session.transaction(() => checkFence(session, claim)))
      await expect(again).rejects.toMatchObject({ code: "FENCED" })
    })
    expect(await columns()).toEqual(["id"])
    expect(await journalOf(run)).toEqual([])
  })

  test("is proof against an attempt that claimed in the same moment", async () => {
    const run = await runOn(database.url, [first])
    const write = withClaim(run, claiming, async (session, { claim }) => {
      await database.query("UPDATE sluice.run SET state = 'completed'")
      await session.transaction(() => checkFence(session, claim))
    })
    await expect(write).rejects.toMatchObject({ code: "RUN_ENDED" })
  })
})
