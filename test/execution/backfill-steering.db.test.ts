import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { runBackfill } from "../../src/execution/backfill.ts"
import { runBatch } from "../../src/execution/backfill/batch.ts"
import { createCursors, readCursors } from "../../src/execution/backfill/cursors.ts"
import { claimEpoch } from "../../src/execution/fence.ts"
import { readKnobs, writeKnobs } from "../../src/execution/knobs.ts"
import { readProgress } from "../../src/execution/progress.ts"
import { sessionName } from "../../src/execution/session-name.ts"
import { runVerify } from "../../src/execution/verify.ts"
import { withSession } from "../../src/postgres/session.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling, countRows } from "./filling.ts"
import { asSession, attemptOf, eventually, Witness } from "./setting.ts"

const rows = 60_000
const people = `
  CREATE TABLE users (id integer PRIMARY KEY, name text NOT NULL, visits integer DEFAULT 0);
  INSERT INTO users (id, name) SELECT n, 'N ' || n FROM generate_series(1, ${rows}) AS n;`
/** Slow enough to be caught in its middle: each row takes its time. */
const slowly = { batchDurationMs: 5, parallelRanges: 1 }

let database: TestDatabase
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase({ schema: people })
})
afterEach(() => database.drop())

const filled = (): Promise<number> => countRows(database, "users", "nick IS NOT NULL")
const inTheMiddle = (): Promise<void> => eventually(async () => (await filled()) > 1_000)

describe("a backfill that is broken off", () => {
  test("goes on from its cursors when its backends are killed, and counts no row twice", async () => {
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()), slowly)
    const first = runBackfill(run, backfill, attemptOf(), new Witness()).catch((error: unknown) => error)
    await inTheMiddle()
    await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name ~ '^sluice/' AND datname = current_database()`)
    expect(await first).toMatchObject({ kind: "TransientError" })
    const before = await filled()
    expect(before).toBeLessThan(rows)
    const [cursors] = await database.query(
      "SELECT sum(rows_filled)::int AS filled, sum(rows_done)::int AS done FROM sluice.cursor",
    )
    expect(cursors).toEqual({ filled: before, done: before })
    const witness = new Witness()
    expect(await runBackfill(run, backfill, attemptOf({ number: 2 }), witness)).toEqual({ outcome: "done", rows })
    expect(witness.progressSeen[0]?.rowsDone).toBeGreaterThanOrEqual(before)
    expect(witness.progressSeen.at(-1)).toMatchObject({ rowsDone: rows, rowsTotal: rows })
    await runVerify(run, verify, attemptOf(), new Witness())
  })

  test("stops at once when the run is cancelled, with every session gone", async () => {
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()), slowly)
    const abort = new AbortController()
    const first = runBackfill(run, backfill, attemptOf({ signal: abort.signal }), new Witness())
    await inTheMiddle()
    abort.abort(new Error("cancelled by a person"))
    await expect(first).rejects.toThrow("cancelled by a person")
    expect(
      await countRows(database, "pg_stat_activity", "application_name ~ '^sluice/' AND datname = current_database()"),
    ).toBe(0)
  })

  test("is taken over while it still runs: the first attempt ends, the second fills the rest", async () => {
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()), slowly)
    const first = runBackfill(run, backfill, attemptOf(), new Witness()).catch((error: unknown) => error)
    await inTheMiddle()
    expect(await runBackfill(run, backfill, attemptOf({ number: 2 }), new Witness())).toEqual({ outcome: "done", rows })
    expect(await first).toHaveProperty("kind")
    await runVerify(run, verify, attemptOf(), new Witness())
  })

  test("is taken over where its worker is frozen in a transaction that holds the fence", async () => {
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()))
    const claim = await asSession(database.url, (session) =>
      claimEpoch(session, { run: run.run, step: backfill.id, direction: "do", attempt: attemptOf() }),
    )
    const frozen = withSession({ url: database.url, applicationName: sessionName(run.run, claim.epoch) }, (session) =>
      session.transaction(async () => {
        await session.query("SELECT FROM sluice.fence FOR SHARE")
        await runBackfill(run, backfill, attemptOf({ number: 2 }), new Witness())
        await session.query("UPDATE public.users SET name = 'zombie'")
      }),
    )
    await expect(frozen).rejects.toMatchObject({ kind: "TransientError" })
    expect(await countRows(database, "users", "name = 'zombie'")).toBe(0)
    expect(await filled()).toBe(rows)
  })

  test("a zombie's batch with an old epoch is refused, and nothing of it is written", async () => {
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()))
    const request = { run: run.run, step: backfill.id, direction: "do" as const, attempt: attemptOf() }
    const ref = { run: run.run, step: backfill.id }
    await asSession(database.url, async (session) => {
      const old = await claimEpoch(session, request)
      await createCursors(session, ref, {
        relation: backfill.backfill.relation,
        rowsTotal: rows,
        byKey: true,
        ranges: [{ first: null, last: null }],
      })
      const [cursor] = await readCursors(session, ref)
      if (!cursor) throw new Error("no cursor")
      await asSession(database.url, (other) => claimEpoch(other, request))
      const late = runBatch(
        session,
        { claim: old, step: backfill, statement: backfill.sql },
        { cursor, page: null, rows: 100, onPage: () => {} },
      )
      await expect(late).rejects.toMatchObject({ code: "FENCED", kind: "RefusedError" })
      expect(await readCursors(session, ref)).toEqual([cursor])
    })
    expect(await filled()).toBe(0)
  })
})

describe("a backfill is steered while it runs", () => {
  test("rests when paused, says so, takes tuning, and goes on", async () => {
    const { run, backfill } = await beginFilling(database, usersSync(nickGroup()), slowly)
    const tune = (knobs: Parameters<typeof writeKnobs>[2]): Promise<unknown> =>
      asSession(database.url, (session) => writeKnobs(session, run.run, knobs))
    const witness = new Witness()
    const done = runBackfill(run, backfill, attemptOf(), witness)
    await inTheMiddle()
    await tune({ paused: true })
    await witness.until(() => witness.progressSeen.at(-1)?.throttledBy === "paused")
    const seen = witness.progressSeen.length
    const rest = await filled()
    await witness.until(() => witness.progressSeen.length > seen + 1)
    expect(await filled()).toBe(rest)
    expect(await asSession(database.url, (session) => readProgress(session, run.run))).toMatchObject({
      table: "public.users",
      rowsDone: rest,
      throttledBy: "paused",
    })
    await tune({ paused: false, parallelRanges: 3, batchDurationMs: 200 })
    expect(await done).toEqual({ outcome: "done", rows })
    expect(await asSession(database.url, (session) => readKnobs(session, run.run))).toEqual({
      paused: false,
      parallelRanges: 3,
      batchDurationMs: 200,
    })
    expect(await asSession(database.url, (session) => readProgress(session, run.run))).toMatchObject({
      rowsDone: rows,
      rowsTotal: rows,
      throttledBy: null,
    })
  })

  test("a knob that can't be is refused", async () => {
    const { run } = await beginFilling(database, usersSync(nickGroup()))
    const set = asSession(database.url, (session) => writeKnobs(session, run.run, { parallelRanges: 0 }))
    await expect(set).rejects.toMatchObject({ code: "KNOB_INVALID", finding: { subject: "parallelRanges" } })
  })
})

describe("verify", () => {
  test("finds exactly the rows that don't agree, and names their keys to the observer alone", async () => {
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    await runBackfill(run, backfill, attemptOf(), new Witness())
    await database.query(
      "SET session_replication_role = replica; ALTER TABLE users DISABLE TRIGGER ALL; UPDATE users SET nick = 'planted' WHERE id IN (7, 31007); UPDATE users SET nick = NULL WHERE id = 60000",
    )
    const witness = new Witness()
    const error: unknown = await runVerify(run, verify, attemptOf(), witness).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: "VERIFY_MISMATCH",
      kind: "RefusedError",
      message: expect.stringContaining("3 rows"),
    })
    expect(witness.keysSeen).toEqual([
      { code: "VERIFY_MISMATCH", relation: { schema: "public", name: "users" }, keys: ["7", "31007", "60000"] },
    ])
  })

  test("tells rows that aren't filled apart, and lists no more than a hundred keys of many", async () => {
    const { run, verify } = await beginFilling(database, usersSync(nickGroup()))
    const witness = new Witness()
    const error: unknown = await runVerify(run, verify, attemptOf(), witness).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: "VERIFY_UNFILLED",
      message: `public.users has ${rows} rows that aren't filled`,
    })
    expect(witness.keysSeen[0]?.keys).toHaveLength(100)
  })

  test("is not misled by writers", async () => {
    const { run, backfill, verify } = await beginFilling(database, usersSync(nickGroup()))
    await runBackfill(run, backfill, attemptOf(), new Witness())
    const over = new AbortController()
    const writer = asSession(database.url, async (session) => {
      for (let turn = 1; !over.signal.aborted; turn++) {
        await session.query("UPDATE public.users SET name = 'W ' || $2::text WHERE id = $1", [
          (turn * 7919) % rows,
          turn,
        ])
        await session.query("INSERT INTO public.users (id, name) VALUES ($1, 'New')", [rows + turn])
      }
    })
    const { rows: compared } = await runVerify(run, verify, attemptOf(), new Witness())
    over.abort()
    await writer
    expect(compared).toBeGreaterThanOrEqual(rows)
  })
})
