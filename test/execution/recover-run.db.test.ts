import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { hashOf } from "../../src/domain/hash.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { recoverRun } from "../../src/execution/recover-run.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, attemptOf, runOn, Witness } from "./setting.ts"

let database: TestDatabase
let run: TargetRun
const [expand, contract, purge] = [
  addColumnStep("c", { id: "c" }),
  addColumnStep("d", { id: "d", phase: "contract" }),
  addColumnStep("e", { id: "e", phase: "purge" }),
]
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
  const registered = await runOn(database.url, [expand, contract, purge])
  const { hash: _, ...body } = registered.plan
  const plan = { ...body, hash: hashOf(body) }
  run = { ...registered, plan }
  await database.query("UPDATE sluice.run SET plan = $1, plan_hash = $2", [JSON.stringify(plan), plan.hash])
})
afterEach(() => database.drop())

const perform = async (...steps: readonly (typeof expand)[]): Promise<void> => {
  for (const step of steps) await performStep(run, step, attemptOf(), new Witness())
}

async function columns(): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped",
  )
  return rows.map(({ name }) => name)
}

// Seen before: it went by the run's state alone, which is active again from the moment of an undo, and took the new
// shape away while the old one was hidden or dropped.
describe("a run that was on its way back from behind the contract isn't undone", () => {
  test.each<[string, readonly (typeof expand)[]]>([
    ["while the contract stands", []],
    ["while a part of the purge stands", [purge]],
  ])("%s", async (_, purged) => {
    await perform(expand, contract, ...purged)
    await database.query("UPDATE sluice.run SET state = 'active'")
    const before = await columns()
    const recovered = await recoverRun({ run: run.run, target: run.target }, attemptOf())
    expect(recovered).toMatchObject({ state: "completed", undone: [] })
    expect(recovered.left).toEqual([expand, contract, ...purged].map(({ summary }) => `done: ${summary}`))
    expect(await columns()).toEqual(before)
    expect(await database.query("SELECT state FROM sluice.run")).toEqual([{ state: "completed" }])
  })
})

test("one whose contract is undone again is undone like any other", async () => {
  await perform(expand, contract)
  await database.query("UPDATE sluice.run SET state = 'active'")
  await undoStep(run, contract, attemptOf(), new Witness())
  const recovered = await recoverRun({ run: run.run, target: run.target }, attemptOf())
  expect(recovered).toMatchObject({ state: "aborted", undone: [expand.summary], left: [] })
  expect(await columns()).toEqual(["id"])
})
