import { setTimeout as delay } from "node:timers/promises"
import { afterEach, beforeEach, expect, test } from "vitest"
import { writeKnobs } from "../../src/execution/knobs.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { sessionName } from "../../src/execution/session-name.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { withSession } from "../../src/postgres/session.ts"
import { sql } from "../../src/sql/sql.ts"
import { createDatabase, createRole, type TestDatabase } from "../harness/database.ts"
import { Holder } from "../harness/holder.ts"
import { addColumnStep, asSession, attemptOf, eventually, journalOf, runOn, Witness } from "./setting.ts"

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int)" })
})
afterEach(() => database.drop())

test("a reader idle in its transaction is named, nobody queues behind us for long, and the step goes on when it ends", async () => {
  const step = addColumnStep("c")
  const run = await runOn(database.url, [step], { lockTimeoutMs: 100 })
  const observer = new Witness()
  await asSession(database.url, async (reader) => {
    let done: Promise<string> | undefined
    await reader.transaction(async () => {
      await reader.query("SELECT FROM public.t")
      done = performStep(run, step, attemptOf(), observer)
      await observer.until(() => observer.blockersSeen.length > 1)
      // Would wait for the reader's end, were we to stay in the queue.
      await database.query("SET lock_timeout = '2s'; SELECT FROM t")
    })
    expect(observer.blockersSeen[0]?.[0]).toMatchObject({ pid: reader.pid, state: "idle in transaction" })
    expect(await done).toBe("done")
  })
  expect(observer.blockersSeen.at(-1)).toEqual([])
})

test("an exhausted budget was used to its end, and names who is in the way and how to end them; nothing is written", async () => {
  const step = addColumnStep("c")
  const run = await runOn(database.url, [step], { lockTimeoutMs: 50, lockBudgetMs: 1_500 })
  await asSession(database.url, (reader) =>
    reader.transaction(async () => {
      await reader.query("SELECT FROM public.t")
      const from = Date.now()
      const error: unknown = await performStep(run, step, attemptOf(), new Witness()).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: "LOCK_BUDGET", kind: "TransientError" })
      // The message names the budget: giving up with half of it unused would be untrue.
      expect(Date.now() - from).toBeGreaterThan(1_500 - 50)
      expect((error as Error).message).toMatch(
        new RegExp(`pid ${reader.pid} \\(user postgres, application test, idle in transaction, for `),
      )
      expect(error).toMatchObject({ finding: { hint: expect.stringContaining(`pg_terminate_backend(${reader.pid})`) } })
    }),
  )
  expect(await journalOf(run)).toEqual([])
})

test("a prepared transaction in the way is named, and how it is ended: no session is there to be", async () => {
  const step = addColumnStep("p")
  const run = await runOn(database.url, [step], { lockTimeoutMs: 50, lockBudgetMs: 500 })
  const observer = new Witness()
  await database.query("BEGIN; SELECT FROM t; PREPARE TRANSACTION 'order 66'")
  try {
    const error: unknown = await performStep(run, step, attemptOf(), observer).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: "LOCK_BUDGET",
      message: expect.stringContaining('in the way: PREPARE TRANSACTION "order 66" (user postgres, for '),
      finding: { hint: expect.stringMatching(/^(?!.*pg_terminate_backend).*ROLLBACK PREPARED/) },
    })
    expect(observer.blockersSeen[0]?.[0]).toMatchObject({ pid: 0, state: "prepared transaction" })
  } finally {
    await database.query("ROLLBACK PREPARED 'order 66'")
  }
})

test("a stranger's lock on the run's row in the fence is waited for within the budget, and named", async () => {
  const step = addColumnStep("c")
  const run = await runOn(database.url, [step], { lockBudgetMs: 1_500 })
  await performStep(run, step, attemptOf(), new Witness())
  const observer = new Witness()
  await asSession(database.url, (stranger) =>
    stranger.transaction(async () => {
      await stranger.query("SELECT FROM sluice.fence FOR UPDATE")
      const error: unknown = await undoStep(run, step, attemptOf(), observer).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: "LOCK_BUDGET", message: expect.stringContaining(`pid ${stranger.pid} `) })
    }),
  )
  expect(observer.blockersSeen[0]?.[0]).toMatchObject({ relation: "sluice.fence" })
  expect(await undoStep(run, step, attemptOf(), observer)).toBe("done")
})

test("a session of another role that bears a name of ours stops nothing, and is left alone", async () => {
  const step = addColumnStep("c")
  const run = await runOn(database.url, [step])
  const stranger = await createRole()
  const url = database.urlAs(stranger)
  await withSession({ url, applicationName: sessionName(run.run, 0) }, async (session) => {
    expect(await performStep(run, step, attemptOf(), new Witness())).toBe("done")
    expect(await session.query("SELECT 1 AS one")).toEqual([{ one: 1 }])
  })
  await stranger.drop()
})

test("several locks are waited for together no longer than lock_timeout", async () => {
  const lockTimeoutMs = 2_000
  const relations = ["t", "u"].map((name) => ({ schema: "public", name }))
  const step = addColumnStep("c", { relations })
  const run = await runOn(database.url, [step], { lockTimeoutMs, lockBudgetMs: lockTimeoutMs })
  const [first, second] = [
    await Holder.take(database.url, "SELECT FROM public.t"),
    await Holder.take(database.url, "SELECT FROM public.u"),
  ]
  const attempt = performStep(run, step, attemptOf(), new Witness()).catch((error: unknown) => error)
  await eventually(async () => {
    const waiting = await database.query("SELECT FROM pg_locks WHERE relation = 't'::regclass AND NOT granted")
    return waiting.length > 0
  })
  // Each is in the way for less than the timeout, both one after the other for longer: at the end nobody is any more.
  await delay(0.6 * lockTimeoutMs)
  await first.release()
  await delay(0.6 * lockTimeoutMs)
  await second.release()
  expect(await attempt).toMatchObject({ code: "LOCK_BUDGET" })
  // The first table's lock was let go of as well.
  await database.query("SET lock_timeout = '50ms'; LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
})

test("a lock timeout that was tuned holds for what a statement locks beside the step's relations too", async () => {
  const step = addColumnStep("c", { sql: sql`LOCK TABLE public.u; ALTER TABLE public.t ADD COLUMN c integer` })
  const run = await runOn(database.url, [step], { lockTimeoutMs: 600_000 })
  await asSession(database.url, (session) => writeKnobs(session, run.run, { lockTimeoutMs: 100, lockBudgetMs: 1_000 }))
  const held = await Holder.take(database.url, "SELECT FROM public.u")
  const attempt = performStep(run, step, attemptOf(), new Witness())
  await expect(attempt).rejects.toMatchObject({ code: "LOCK_BUDGET" })
  await held.release()
}, 20_000)

test("heartbeats go on while it waits, and an abort ends the waiting at once", async () => {
  const step = addColumnStep("c")
  const run = await runOn(database.url, [step], { lockTimeoutMs: 100, lockBudgetMs: 60_000 })
  const abort = new AbortController()
  let beats = 0
  const heartbeat = (): void => {
    beats += 1
    if (beats === 4) abort.abort(new Error("cancelled"))
  }
  await asSession(database.url, (reader) =>
    reader.transaction(async () => {
      await reader.query("SELECT FROM public.t")
      const waiting = performStep(run, step, attemptOf({ signal: abort.signal, heartbeat }), new Witness())
      await expect(waiting).rejects.toThrow("cancelled")
    }),
  )
})
