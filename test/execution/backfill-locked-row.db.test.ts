import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { runBackfill } from "../../src/execution/backfill.ts"
import { writeKnobs } from "../../src/execution/knobs.ts"
import { readProgress } from "../../src/execution/progress.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { Holder } from "../harness/holder.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling, countRows, type Filling } from "./filling.ts"
import { asSession, attemptOf, eventually, Witness } from "./setting.ts"

const rows = 20_000
const people = `
  CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, visits integer DEFAULT 0);
  INSERT INTO users (id, name) SELECT n, 'N ' || n FROM generate_series(1, ${rows}) AS n;`

let database: TestDatabase
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase({ schema: people })
})
afterEach(() => database.drop())

const pause = ({ run }: Filling, paused: boolean): Promise<unknown> =>
  asSession(database.url, (session) => writeKnobs(session, run.run, { paused }))
const pausesSeen = ({ progressSeen }: Witness): number =>
  progressSeen.filter(({ throttledBy }) => throttledBy === "paused").length

describe("a backfill that waits for a lock", () => {
  test("of a row rests when paused, and the pause is no part of the lock budget", async () => {
    const filling = await beginFilling(database, usersSync(nickGroup()), { lockBudgetMs: 3_000 })
    const held = await Holder.take(database.url, "SELECT FROM public.users WHERE id = 700 FOR UPDATE")
    const witness = new Witness()
    const done = settled(runBackfill(filling.run, filling.backfill, attemptOf(), witness))
    await Promise.race([witness.until(() => witness.blockersSeen.length > 0), done])
    await pause(filling, true)
    // A report each quarter of a second: longer than the budget.
    await Promise.race([witness.until(() => pausesSeen(witness) > 16), done])
    await held.release()
    await pause(filling, false)
    expect(await done).toEqual({ outcome: "done", rows })
  })

  test("of a row never says that all is done, and the age of who holds it goes on in a pause", async () => {
    const filling = await beginFilling(database, usersSync(nickGroup()))
    const held = await Holder.take(database.url, "SELECT FROM public.users WHERE id = 700 FOR UPDATE")
    const witness = new Witness()
    const done = settled(runBackfill(filling.run, filling.backfill, attemptOf(), witness))
    await Promise.race([witness.until(() => witness.blockersSeen.length > 0), done])
    await pause(filling, true)
    await Promise.race([witness.until(() => pausesSeen(witness) > 0), done])
    const seen = witness.blockersSeen.length
    await Promise.race([witness.until(() => witness.blockersSeen.length > seen + 2), done])
    const ages = witness.blockersSeen.map(([blocker]) => blocker?.transactionMs ?? 0)
    expect(ages.at(-1)).toBeGreaterThan(ages[seen - 1] ?? 0)
    for (const { rowsDone, rowsTotal } of witness.progressSeen) expect(rowsDone).toBeLessThan(rowsTotal)
    const shown = await asSession(database.url, (session) => readProgress(session, filling.run.run))
    expect(shown?.rowsDone).toBeLessThan(shown?.rowsTotal ?? 0)
    await held.release()
    await pause(filling, false)
    expect(await done).toEqual({ outcome: "done", rows })
    expect(witness.progressSeen.at(-1)).toMatchObject({ rowsDone: rows, rowsTotal: rows })
  })

  test("of a row that becomes free while it is paused fills nothing before it is resumed", async () => {
    const filling = await beginFilling(database, usersSync(nickGroup()))
    const held = await Holder.take(database.url, "SELECT FROM public.users WHERE id = 700 FOR UPDATE")
    const witness = new Witness()
    const done = settled(runBackfill(filling.run, filling.backfill, attemptOf(), witness))
    await Promise.race([witness.until(() => witness.blockersSeen.length > 0), done])
    await pause(filling, true)
    await Promise.race([witness.until(() => pausesSeen(witness) > 0), done])
    await held.release()
    const seen = pausesSeen(witness)
    await Promise.race([witness.until(() => pausesSeen(witness) > seen + 8), done])
    expect(await countRows(database, "users", "nick IS NULL")).toBe(1)
    await pause(filling, false)
    expect(await done).toEqual({ outcome: "done", rows })
  })

  test("of the whole table rests when paused, and the pause is no part of the lock budget", async () => {
    const slowly = { batchDurationMs: 5, parallelRanges: 1, lockBudgetMs: 2_000 }
    const filling = await beginFilling(database, usersSync(nickGroup()), slowly)
    const witness = new Witness()
    const done = settled(runBackfill(filling.run, filling.backfill, attemptOf(), witness))
    await eventually(async () => (await countRows(database, "users", "nick IS NOT NULL")) > 500)
    const held = await Holder.take(database.url, "LOCK TABLE public.users IN ACCESS EXCLUSIVE MODE")
    await pause(filling, true)
    // Two reports a second: longer than the budget.
    await Promise.race([witness.until(() => pausesSeen(witness) > 7), done])
    await held.release()
    await pause(filling, false)
    expect(await done).toEqual({ outcome: "done", rows })
  })

  test("of a row ends at once when the run is cancelled", async () => {
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()), { lockBudgetMs: 600_000 })
    const held = await Holder.take(database.url, "SELECT FROM public.users WHERE id = 700 FOR UPDATE")
    const abort = new AbortController()
    const witness = new Witness()
    const done = settled(runBackfill(run, backfill, attemptOf({ signal: abort.signal }), witness))
    await Promise.race([witness.until(() => witness.blockersSeen.length > 0), done])
    abort.abort(new Error("cancelled by a person"))
    expect(await done).toEqual(new Error("cancelled by a person"))
    await held.release()
  })
})

/** The result, or what it failed with. */
function settled<T>(work: Promise<T>): Promise<unknown> {
  return work.catch((error: unknown) => error)
}
