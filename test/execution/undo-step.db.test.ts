import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { SqlStep } from "../../src/domain/step.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
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

describe("of a step that the journal has lost and the control database knows to be done", () => {
  const forget = () => database.query("TRUNCATE sluice.journal")
  const undo = (run: TargetRun, what: SqlStep) => undoStep(run, what, attemptOf(), witness, true)

  test("takes back what the catalog shows", async () => {
    const run = await runOn(database.url, [step])
    await performStep(run, step, attemptOf(), witness)
    await forget()
    expect(await undo(run, step)).toBe("done")
    expect(await hasColumn()).toBe(false)
    await forget()
    expect(await undo(run, step)).toBe("observed")
  })

  test("passes over what no catalog tells, and what is something else: it stays without a word in the journal", async () => {
    const raw = stepOf({ sql: sql`CREATE TABLE x ()`, undo: sql`DROP TABLE x`, observe: sql`SELECT 'before'` })
    const other = addColumnStep("c", { observe: sql`SELECT 'other'` })
    for (const what of [raw, other]) {
      const run = await runOn(database.url, [what])
      expect(await undo(run, what)).toBe("observed")
      expect(await journalOf(run)).toEqual([])
      await database.query("DELETE FROM sluice.run")
    }
  })

  test("asks where the contract is: nothing before it may go while nobody knows which shape there is", async () => {
    const contract = { phase: "contract" } as const
    const half = addColumnStep("c", { ...contract, observe: sql`SELECT 'other'` })
    await expect(undo(await runOn(database.url, [half]), half)).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
    await database.query("DELETE FROM sluice.run")
    const oneWay = stepOf({ ...contract, sql: sql`DROP TABLE x`, undo: null, observe: sql`SELECT 'before'` })
    await expect(undo(await runOn(database.url, [oneWay]), oneWay)).rejects.toMatchObject({ code: "NO_WAY_BACK" })
  })
})
