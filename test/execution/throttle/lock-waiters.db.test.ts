import { afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { withSession } from "../../../src/postgres/session.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../../harness/database.ts"
import { rows, SlowFilling, slowPeople } from "./slow-filling.ts"

let database: TestDatabase
let filling: SlowFilling
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase({ schema: slowPeople })
})
afterEach(async () => {
  await filling.breakOff()
  await database.drop()
})

/** Each row takes so many seconds, until it may hurry. */
async function slowDown(seconds: string): Promise<void> {
  const slowly = slowPeople.slice(slowPeople.indexOf("CREATE FUNCTION"))
  await database.query(slowly.replace("CREATE", "CREATE OR REPLACE").replace("0.001", seconds))
}

/** An application's UPDATE of rows that the first batch, of 500, is at work on: it queues behind it. */
async function queueBehindBatch(lockTimeoutMs: number): Promise<void> {
  const options = { url: database.url, applicationName: "application", lockTimeoutMs }
  await withSession(options, async (application) => {
    const isLocked = async (): Promise<boolean> =>
      (await application.query("SELECT FROM public.users WHERE id = 1 FOR UPDATE SKIP LOCKED")).length === 0
    while (!(await isLocked()));
    await application.query("UPDATE public.users SET visits = visits + 1 WHERE id <= 500")
  })
}

test("an UPDATE that queues behind a batch for too long makes the backfill rest until it is through", async () => {
  // The first batch lasts over two seconds: far beyond the 20 ms that it should, and long enough to be told of twice.
  await slowDown("0.005")
  filling = (await SlowFilling.prepare(database, { lockTimeoutMs: 10_000 })).start()
  const waiting = queueBehindBatch(30_000)
  expect(await filling.rests(/lock waiters/)).toMatch(
    /^lock waiters: a session waits for a row of ours, for .+s \(limit 20ms, batchDuration\)$/,
  )
  await waiting
  expect(await filling.finishes()).toMatchObject({ outcome: "done" })
  expect(await filling.filled()).toBe(rows)
})

test("a batch that would make an UPDATE wait for much longer than we would is broken off, and done in smaller ones", async () => {
  await slowDown("0.02")
  filling = (await SlowFilling.prepare(database, { lockTimeoutMs: 100 })).start()
  // The batch would last ten seconds.
  await queueBehindBatch(5_000)
  expect(await filling.finishes()).toMatchObject({ outcome: "done" })
  expect(await filling.filled()).toBe(rows)
  expect(filling.witness.keysSeen).toEqual([])
})
