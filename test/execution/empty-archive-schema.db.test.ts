import { afterEach, beforeEach, expect, test } from "vitest"
import { endRun } from "../../src/execution/end-run.ts"
import type { RunEnd } from "../../src/domain/run.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { Holder } from "../harness/holder.ts"
import { addColumnStep, attemptOf, runOn, Witness } from "./setting.ts"

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY); CREATE SCHEMA sluice_archive" })
})
afterEach(() => database.drop())

/** A run whose plan archives something. */
const archiving = (run?: string): Promise<TargetRun> =>
  runOn(database.url, [addColumnStep("c", { relations: [{ schema: "sluice_archive", name: "t_1" }] })], {}, run)

const end = (run: TargetRun): Promise<RunEnd> => endRun(run, "aborted", attemptOf(), new Witness())

const isThere = async (): Promise<boolean> =>
  (await database.query("SELECT FROM pg_namespace WHERE nspname = 'sluice_archive'")).length > 0

test("goes with the end of the last run that could need it: one at its purge may be about to put an archive there", async () => {
  const [first, second] = [await archiving("test-aaaaaaaa-1"), await archiving("test-aaaaaaaa-2")]
  await end(first)
  expect(await isThere()).toBe(true)
  await end(second)
  expect(await isThere()).toBe(false)
})

test("stays where anything is in it, somebody else's too", async () => {
  await database.query("CREATE FUNCTION sluice_archive.theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'")
  await end(await archiving())
  expect(await isThere()).toBe(true)
})

test("stays where the run has no archives: then it isn't of this run's making", async () => {
  await end(await runOn(database.url, [addColumnStep("c")]))
  expect(await isThere()).toBe(true)
})

test("a run ends all the same where somebody is just putting something there", async () => {
  const run = await archiving()
  const holder = await Holder.take(database.url, "CREATE TABLE sluice_archive.theirs (id int)")
  expect(await end(run)).toBe("aborted")
  await holder.commit()
  expect(await isThere()).toBe(true)
})
