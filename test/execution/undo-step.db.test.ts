import { afterEach, beforeEach, expect, test } from "vitest"
import { performStep } from "../../src/execution/perform-step.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { sql } from "../../src/sql/sql.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, attemptOf, journalOf, runOn, stepOf, Witness } from "./setting.ts"

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2)" })
})
afterEach(() => database.drop())

const witness = new Witness()
const step = addColumnStep("c")

async function hasColumn(): Promise<boolean> {
  return (await database.query("SELECT FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c'")).length > 0
}

test("takes a step back, once, and lets it be done again in the same run", async () => {
  const run = await runOn(database.url, [step])
  await performStep(run, step, attemptOf(), witness)
  expect(await undoStep(run, step, attemptOf(), witness)).toBe("done")
  expect(await undoStep(run, step, attemptOf(), witness)).toBe("observed")
  expect(await hasColumn()).toBe(false)
  expect(await performStep(run, step, attemptOf(), witness)).toBe("done")
  expect(await hasColumn()).toBe(true)
  expect(await journalOf(run)).toEqual(["do done", "undo done", "do done"])
})

test("succeeds where the step never ran", async () => {
  const run = await runOn(database.url, [step])
  expect(await undoStep(run, step, attemptOf(), witness)).toBe("observed")
})

test("leaves what others made: a column that was there before the step", async () => {
  const run = await runOn(database.url, [step])
  await database.query("ALTER TABLE t ADD COLUMN c integer")
  await performStep(run, step, attemptOf(), witness)
  expect(await undoStep(run, step, attemptOf(), witness)).toBe("observed")
  expect(await hasColumn()).toBe(true)
})

test("succeeds where something else bears the name and the step therefore never ran", async () => {
  const other = addColumnStep("c", { observe: sql`SELECT 'other'` })
  const run = await runOn(database.url, [other])
  await expect(performStep(run, other, attemptOf(), witness)).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
  expect(await undoStep(run, other, attemptOf(), witness)).toBe("observed")
})

test("clears the invalid index of a build that was killed", async () => {
  const index = stepOf({
    sql: sql`CREATE UNIQUE INDEX CONCURRENTLY t_i ON public.t ((1))`,
    undo: sql`DROP INDEX CONCURRENTLY IF EXISTS public.t_i`,
    repair: sql`DROP INDEX CONCURRENTLY IF EXISTS public.t_i`,
    observe: sql`SELECT coalesce((SELECT CASE WHEN indisvalid THEN 'after' ELSE 'partial' END
      FROM pg_index WHERE indexrelid = to_regclass('public.t_i')), 'before')`,
    lock: "ShareUpdateExclusive",
    transactional: false,
  })
  const run = await runOn(database.url, [index])
  await expect(database.query(index.sql)).rejects.toMatchObject({ code: "23505" })
  expect(await undoStep(run, index, attemptOf(), witness)).toBe("done")
  expect(await database.query("SELECT to_regclass('t_i') AS there")).toEqual([{ there: null }])
})

test("of raw SQL runs exactly where the step ran", async () => {
  const raw = stepOf({
    sql: sql`UPDATE public.t SET id = id + 100`,
    undo: sql`UPDATE public.t SET id = id - 100`,
    observe: sql`SELECT 'before'`,
  })
  const run = await runOn(database.url, [raw])
  expect(await undoStep(run, raw, attemptOf(), witness)).toBe("observed")
  await performStep(run, raw, attemptOf(), witness)
  expect(await undoStep(run, raw, attemptOf(), witness)).toBe("done")
  expect(await database.query("SELECT id FROM t ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }])
})

test("says so where a step that was done has no way back, and is content where it never ran", async () => {
  const oneWay = { ...step, undo: null }
  const run = await runOn(database.url, [oneWay])
  expect(await undoStep(run, oneWay, attemptOf(), witness)).toBe("observed")
  await performStep(run, oneWay, attemptOf(), witness)
  await expect(undoStep(run, oneWay, attemptOf(), witness)).rejects.toMatchObject({ code: "NO_WAY_BACK" })
})
