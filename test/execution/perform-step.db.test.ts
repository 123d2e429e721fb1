import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { claimEpoch } from "../../src/execution/fence.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { sql } from "../../src/sql/sql.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession, attemptOf, eventually, journalOf, runOn, stepOf, Witness } from "./setting.ts"

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({
    schema: "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1000)",
  })
})
afterEach(() => database.drop())

const witness = new Witness()

async function columns(): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    "SELECT attname AS name FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
  )
  return rows.map(({ name }) => name)
}

/** Waits until a session of the run executes the text. */
async function running(text: string): Promise<number> {
  let pid = 0
  await eventually(async () => {
    const [row] = await database.query<{ pid: number }>(
      "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND application_name ~ '^sluice/' AND query LIKE $1",
      [`%${text}%`],
    )
    pid = row?.pid ?? 0
    return row !== undefined
  })
  return pid
}

describe("a transactional step", () => {
  test("is done once, with its journal row in the same transaction, however often it is asked for", async () => {
    const step = addColumnStep("c")
    const run = await runOn(database.url, [step])
    expect(await performStep(run, step, attemptOf(), witness)).toBe("done")
    expect(await performStep(run, step, attemptOf({ number: 2 }), witness)).toBe("observed")
    expect(await journalOf(run)).toEqual(["do done"])
    const [same] = await database.query(`SELECT a.xmin = mod(j.xid::text::numeric, 4294967296)::text::xid AS same
      FROM sluice.journal AS j, pg_attribute AS a WHERE a.attrelid = 't'::regclass AND a.attname = 'c'`)
    expect(same).toEqual({ same: true })
  })

  test("is only observed where it was so before", async () => {
    const step = addColumnStep("c")
    const run = await runOn(database.url, [step])
    await database.query("ALTER TABLE t ADD COLUMN c integer")
    expect(await performStep(run, step, attemptOf(), witness)).toBe("observed")
    expect(await journalOf(run)).toEqual(["do observed"])
  })

  test("leaves something else that bears the name alone", async () => {
    const step = addColumnStep("c", { observe: sql`SELECT 'other'` })
    const run = await runOn(database.url, [step])
    await expect(performStep(run, step, attemptOf(), witness)).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    expect(await columns()).toEqual(["id"])
  })

  test("that doesn't take effect is rolled back", async () => {
    const step = addColumnStep("c", { sql: sql`ALTER TABLE public.t ADD COLUMN elsewhere integer` })
    const run = await runOn(database.url, [step])
    await expect(performStep(run, step, attemptOf(), witness)).rejects.toMatchObject({ code: "STEP_NOT_EFFECTIVE" })
    expect(await columns()).toEqual(["id"])
    expect(await journalOf(run)).toEqual([])
  })

  test("knows run and plan by setting", async () => {
    const step = stepOf({
      sql: sql`INSERT INTO sluice.revision (id) VALUES ('0001')`,
      observe: sql`SELECT CASE WHEN EXISTS (SELECT FROM sluice.revision) THEN 'after' ELSE 'before' END`,
    })
    const run = await runOn(database.url, [step])
    await performStep(run, step, attemptOf(), witness)
    const [row] = await database.query("SELECT run, plan_hash FROM sluice.revision")
    expect(row).toEqual({ run: run.run, plan_hash: run.plan.hash })
  })

  test("whose backend is killed in its middle leaves nothing, and the next attempt does it", async () => {
    const step = addColumnStep("c", { sql: sql`ALTER TABLE public.t ADD COLUMN c integer; SELECT pg_sleep(60)` })
    const run = await runOn(database.url, [step])
    const first = performStep(run, step, attemptOf(), witness)
    const pid = running("pg_sleep(60)").then((found) => database.query("SELECT pg_terminate_backend($1)", [found]))
    await expect(first).rejects.toMatchObject({ kind: "TransientError" })
    await pid
    expect(await columns()).toEqual(["id"])
    expect(await performStep(run, addColumnStep("c"), attemptOf({ number: 2 }), witness)).toBe("done")
  })

  test("is cancelled on the server when the run is, and leaves nothing", async () => {
    const step = addColumnStep("c", { sql: sql`ALTER TABLE public.t ADD COLUMN c integer; SELECT pg_sleep(60)` })
    const run = await runOn(database.url, [step])
    const abort = new AbortController()
    const first = performStep(run, step, attemptOf({ signal: abort.signal }), witness)
    const aborted = running("pg_sleep(60)").then(() => abort.abort(new Error("cancelled by a person")))
    await expect(first).rejects.toThrow("cancelled by a person")
    await aborted
    expect(await columns()).toEqual(["id"])
    const left = await database.query(
      "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid() AND state <> 'idle' AND datname = current_database()",
    )
    expect(left).toEqual([])
  })

  test("of a worker that lives on without a connection to us is ended by the next attempt", async () => {
    const slow = addColumnStep("c", { sql: sql`ALTER TABLE public.t ADD COLUMN c integer; SELECT pg_sleep(60)` })
    const run = await runOn(database.url, [slow])
    const first = performStep(run, slow, attemptOf(), witness).catch((error: unknown) => error)
    await running("pg_sleep(60)")
    expect(await performStep(run, addColumnStep("c"), attemptOf({ number: 2 }), witness)).toBe("done")
    expect(await first).toMatchObject({ kind: "TransientError" })
    expect(await journalOf(run)).toEqual(["do done"])
  })

  test("of a zombie with an old epoch is refused, and nothing is written", async () => {
    const step = addColumnStep("c")
    const run = await runOn(database.url, [step])
    // The zombie has claimed and connected; before it does anything, another attempt claims.
    const zombie = { ...step, observe: sql`SELECT 'before' FROM pg_sleep(0)` }
    await asSession(database.url, (session) =>
      claimEpoch(session, { run: run.run, step: "x", direction: "do", attempt: attemptOf({ scheduledAt: 2_000_000 }) }),
    )
    const late = performStep(run, zombie, attemptOf({ scheduledAt: 1_000_000 }), witness)
    await expect(late).rejects.toMatchObject({ code: "FENCED", kind: "RefusedError" })
    expect(await columns()).toEqual(["id"])
  })

  test("of which the catalog tells nothing is known by the journal alone", async () => {
    const step = stepOf({ sql: sql`UPDATE public.t SET id = -id`, observe: sql`SELECT 'before'` })
    const run = await runOn(database.url, [step])
    expect(await performStep(run, step, attemptOf(), witness)).toBe("done")
    expect(await performStep(run, step, attemptOf({ number: 2 }), witness)).toBe("observed")
    expect(await database.query("SELECT count(*)::int AS n FROM t WHERE id < 0")).toEqual([{ n: 1000 }])
  })
})

describe("a concurrent index build", () => {
  const index = stepOf({
    id: "expand/t/index",
    sql: sql`CREATE UNIQUE INDEX CONCURRENTLY t_i ON public.t (abs(id))`,
    undo: sql`DROP INDEX CONCURRENTLY IF EXISTS public.t_i`,
    repair: sql`DROP INDEX CONCURRENTLY IF EXISTS public.t_i`,
    observe: sql`SELECT coalesce((SELECT CASE WHEN indisvalid THEN 'after' ELSE 'partial' END
      FROM pg_index WHERE indexrelid = to_regclass('public.t_i')), 'before')`,
    lock: "ShareUpdateExclusive",
    transactional: false,
  })

  test("is done and journaled; where it was killed before its row, it is observed", async () => {
    const run = await runOn(database.url, [index])
    expect(await performStep(run, index, attemptOf(), witness)).toBe("done")
    await database.query("TRUNCATE sluice.journal")
    expect(await performStep(run, index, attemptOf({ number: 2 }), witness)).toBe("observed")
    expect(await journalOf(run)).toEqual(["do observed"])
  })

  test("finds the invalid leftover of a killed one and clears it first", async () => {
    const run = await runOn(database.url, [index])
    await database.query("INSERT INTO t VALUES (-1)")
    // A worker that was killed couldn't clear up.
    await expect(database.query(index.sql)).rejects.toMatchObject({ code: "23505" })
    expect(await database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_i'::regclass")).toEqual([
      { indisvalid: false },
    ])
    await database.query("DELETE FROM t WHERE id = -1")
    expect(await performStep(run, index, attemptOf({ number: 2 }), witness)).toBe("done")
    expect(await database.query("SELECT indisvalid FROM pg_index WHERE indexrelid = 't_i'::regclass")).toEqual([
      { indisvalid: true },
    ])
  })

  test("waits for an open snapshot longer than lock_timeout, names it, and lets writers through", async () => {
    const run = await runOn(database.url, [index], { lockTimeoutMs: 50 })
    const observer = new Witness()
    await asSession(database.url, async (reader) => {
      let built: Promise<string> | undefined
      await reader.transaction(
        async () => {
          await reader.query("SELECT count(*) FROM public.t")
          built = performStep(run, index, attemptOf(), observer)
          await observer.until(() => observer.blockersSeen.length > 0)
          await database.query("SET lock_timeout = '1s'; INSERT INTO t VALUES (5000)")
        },
        { isolation: "repeatable read" },
      )
      expect(await built).toBe("done")
      expect(observer.blockersSeen[0]?.[0]).toMatchObject({ pid: reader.pid })
    })
    expect(observer.blockersSeen.at(-1)).toEqual([])
  })

  test("that was overtaken while it built writes nothing, though nobody ended its session; the next attempt sees the index", async () => {
    const run = await runOn(database.url, [index])
    const observer = new Witness()
    let built: Promise<unknown> | undefined
    await asSession(database.url, (reader) =>
      reader.transaction(
        async () => {
          await reader.query("SELECT count(*) FROM public.t")
          built = performStep(run, index, attemptOf(), observer).catch((error: unknown) => error)
          await Promise.race([observer.until(() => observer.blockersSeen.length > 0), built])
          await asSession(database.url, (session) =>
            claimEpoch(session, { run: run.run, step: index.id, direction: "do", attempt: attemptOf() }),
          )
        },
        { isolation: "repeatable read" },
      ),
    )
    expect(await built).toMatchObject({ kind: "RefusedError", code: "FENCED" })
    expect(await journalOf(run)).toEqual([])
    expect(await performStep(run, index, attemptOf({ number: 2 }), observer)).toBe("observed")
  })
})
