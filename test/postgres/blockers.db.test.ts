import { afterAll, beforeAll, expect, test } from "vitest"
import { findSessions, terminateSessions } from "../../src/postgres/activity.ts"
import { findBlockers } from "../../src/postgres/blockers.ts"
import type { Blocker } from "../../src/domain/run.ts"
import { findLongTransactions } from "../../src/postgres/long-transactions.ts"
import { withSession, type Session } from "../../src/postgres/session.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { waitUntil } from "./wait-until.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({
    schema: `CREATE TABLE "T x" (id int PRIMARY KEY, v text); INSERT INTO "T x" VALUES (1)`,
  })
})
afterAll(() => database.drop())

const open = <T>(applicationName: string, work: (session: Session) => Promise<T>): Promise<T> =>
  withSession({ url: database.url, applicationName, lockTimeoutMs: 20_000 }, work)

/** Runs `blocked` while the holder's transaction is open, and answers who is seen in its way. */
function blockersOf(holding: string, blocked: string): Promise<readonly Blocker[]> {
  return open("watcher", (watcher) =>
    open("waiter", async (waiter) => {
      let waiting: Promise<unknown> = Promise.resolve()
      const seen = await open("app holder", (holder) =>
        holder.transaction(async () => {
          await holder.query(holding)
          waiting = waiter.query(blocked)
          let blockers: readonly Blocker[] = []
          await waitUntil(async () => (blockers = await findBlockers(watcher, waiter.pid)).length > 0)
          return blockers
        }),
      )
      await waiting
      return seen
    }),
  )
}

test("who holds a table's lock is named, with the table and without values", async () => {
  const [blocker, ...others] = await blockersOf(
    `UPDATE public."T x" SET v = 'secret' WHERE id = 1`,
    `ALTER TABLE public."T x" ADD COLUMN IF NOT EXISTS w int`,
  )
  expect(others).toEqual([])
  expect(blocker).toMatchObject({
    relation: 'public."T x"',
    user: "postgres",
    application: "app holder",
    state: "idle in transaction",
    query: 'UPDATE public."T x" SET',
  })
  expect(blocker?.transactionMs).toBeGreaterThanOrEqual(0)
})

test("who holds a row's lock is named, with the row's table", async () => {
  const [blocker] = await blockersOf(
    `UPDATE public."T x" SET v = 'a' WHERE id = 1`,
    `UPDATE public."T x" SET v = 'b' WHERE id = 1`,
  )
  expect(blocker).toMatchObject({ relation: 'public."T x"', application: "app holder" })
})

test("nobody blocks who doesn't wait", async () => {
  expect(await open("watcher", (watcher) => findBlockers(watcher, watcher.pid))).toEqual([])
})

test("an open transaction is found by its age, our own is not", async () => {
  const found = await open("app holder", (holder) =>
    holder.transaction(async () => {
      await holder.query(`SELECT 'secret' FROM public."T x"`)
      return open("watcher", (watcher) => findLongTransactions(watcher, 0))
    }),
  )
  expect(found).toMatchObject([{ application: "app holder", state: "idle in transaction", query: "SELECT" }])
  expect(await open("watcher", (watcher) => findLongTransactions(watcher, 3_600_000))).toEqual([])
})

test("old sessions are ended by the beginning of their name, others are let be", async () => {
  const held = { old: Promise.resolve() as Promise<unknown>, other: 0 }
  await open("sluice/b/1", async (other) => {
    held.old = open("sluice/a/1", (old) => old.query("SELECT pg_sleep(600)")).catch((error: unknown) => error)
    await open("watcher", async (watcher) => {
      await waitUntil(async () => (await findSessions(watcher, "sluice/a/")).length === 1)
      expect(await terminateSessions(watcher, "sluice/a/")).toBe(1)
      expect(await findSessions(watcher, "sluice/a/")).toEqual([])
      expect(await findSessions(watcher, "sluice/")).toEqual([other.pid])
    })
  })
  expect(await held.old).toMatchObject({ code: "CONNECTION_LOST" })
})
