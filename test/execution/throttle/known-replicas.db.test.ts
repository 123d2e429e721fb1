import { afterAll, beforeAll, expect, test } from "vitest"
import { ensureJournal } from "../../../src/execution/journal.ts"
import { KnownReplicas } from "../../../src/execution/throttle/known-replicas.ts"
import type { Standby } from "../../../src/postgres/replication.ts"
import { createDatabase, type TestDatabase } from "../../harness/database.ts"
import { asSession } from "../setting.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
  await asSession(database.url, ensureJournal)
})
afterAll(() => database.drop())

const replica = (name: string, more: Partial<Standby> = {}): Standby => ({ name, slot: null, replayed: 1, ...more })
const missing = (known: KnownReplicas, ...standbys: readonly Standby[]): Promise<string | null> =>
  asSession(database.url, (session) => known.missing(session, standbys))

test("what has never replayed anything isn't missed: a log receiver, a standby that only begins", async () => {
  const known = new KnownReplicas("r1")
  expect(await missing(known, replica("receiver", { replayed: null }))).toBe(null)
  expect(await missing(known)).toBe(null)
})

test("one that is listed without a position is told apart from one that is gone", async () => {
  const known = new KnownReplicas("r2")
  expect(await missing(known, replica("a"))).toBe(null)
  expect(await missing(known, replica("a", { replayed: null }))).toBe("a is connected, but doesn't say how far it is")
  expect(await missing(known)).toContain("a isn't connected any more")
})

test("the same replica under another address is known by its slot; one without a slot by its name", async () => {
  const known = new KnownReplicas("r3")
  expect(await missing(known, replica("a@10.0.0.1", { slot: "s" }), replica("b@10.0.0.2"))).toBe(null)
  expect(await missing(known, replica("a@10.0.0.9", { slot: "s" }), replica("b@10.0.0.2", { slot: "new" }))).toBe(null)
})

test("a run's replicas are missed by its next worker, and by no other run", async () => {
  expect(await missing(new KnownReplicas("r4"), replica("a"))).toBe(null)
  expect(await missing(new KnownReplicas("r4"))).toContain("a isn't connected any more")
  expect(await missing(new KnownReplicas("r5"))).toBe(null)
})

test("one whose slot was dropped is forgotten for good", async () => {
  const known = new KnownReplicas("r6")
  expect(await missing(known, replica("a", { slot: "dropped_since" }))).toBe(null)
  expect(await missing(known)).toBe(null)
  expect(await missing(new KnownReplicas("r6"))).toBe(null)
})
