import { afterEach, beforeEach, expect, test } from "vitest"
import { endRun } from "../../src/execution/end-run.ts"
import { claimEpoch } from "../../src/execution/fence.ts"
import { enterAgain, findRuns, openWayBack, registerRun } from "../../src/execution/journal.ts"
import { stepsLeftBehind } from "../../src/execution/left-behind.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { recoverRun } from "../../src/execution/recover-run.ts"
import { precheck } from "../../src/execution/precheck.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { journaledState } from "../../src/execution/under-way.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { wentBack } from "../../src/execution/went-back.ts"
import { hashOf } from "../../src/domain/hash.ts"
import type { Session } from "../../src/postgres/session.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession, attemptOf, journalOf, planOf, targetAt, Witness } from "./setting.ts"

/** Two control databases have started the same plan at the same time, and both have given it this name. */
const run = "test-aaaaaaaa-1"
const taken = { kind: "RefusedError", code: "RUN_NAME_TAKEN", finding: { subject: run } }

const [first, second] = [addColumnStep("c", { id: "c" }), addColumnStep("d", { id: "d" })]
const { hash: _hash, ...body } = planOf([first, second])
const plan = { ...body, hash: hashOf(body) }
const witness = new Witness()

let database: TestDatabase
let ours: TargetRun
let theirs: TargetRun
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
  const target = targetAt(database.url)
  ours = { run, plan, target, control: "ours" }
  theirs = { run, plan, target, control: "theirs" }
})
afterEach(() => database.drop())

const inTarget = <T>(work: (session: Session) => Promise<T>): Promise<T> => asSession(database.url, work)
const register = (which: TargetRun): Promise<void> =>
  inTarget((session) => registerRun(session, { ...which, workflowId: "w" }))

async function there(): Promise<unknown> {
  const [columns] = await database.query(
    "SELECT array_agg(attname::text) AS of FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 AND NOT attisdropped",
  )
  return [
    columns,
    await database.query("SELECT * FROM sluice.run"),
    await database.query("SELECT * FROM sluice.fence"),
    await journalOf(theirs),
  ]
}

test("a name that another control database's run has is refused, whether that is under way or over", async () => {
  await register(theirs)
  await register(theirs)
  await expect(register(ours)).rejects.toMatchObject(taken)
  expect(await precheck(ours)).toMatchObject([{ code: "RUN_NAME_TAKEN", severity: "error" }])
  await database.query("UPDATE sluice.run SET state = 'aborted'")
  await expect(register(ours)).rejects.toMatchObject(taken)
  await expect(register(theirs)).rejects.toMatchObject({ code: "RUN_ENDED" })
  expect(await inTarget(findRuns)).toMatchObject([{ run, control: "theirs" }])
})

test("nothing is claimed, done, undone, entered or ended for a run whose name is another's there", async () => {
  await register(theirs)
  await performStep(theirs, first, attemptOf(), witness)
  const before = await there()
  const attempt = attemptOf()
  await expect(
    inTarget((session) => claimEpoch(session, { ...ours, step: "c", direction: "do", attempt })),
  ).rejects.toMatchObject(taken)
  await expect(performStep(ours, second, attempt, witness)).rejects.toMatchObject(taken)
  await expect(undoStep(ours, first, attempt, witness)).rejects.toMatchObject(taken)
  await inTarget(async (session) => {
    expect(await journaledState(session, ours)).toBeNull()
    expect(await enterAgain(session, { ...ours, workflowId: "w" })).toBe(false)
    expect(await wentBack(session, { ...ours, told: ["c"] })).toMatchObject({ code: "RUN_NAME_TAKEN" })
  })
  expect(await endRun(ours, "aborted", attempt, witness)).toBe("aborted")
  expect(await stepsLeftBehind(ours, { leftOut: [], held: new Set(["c"]) })).toEqual([])
  expect(await there()).toEqual(before)
  await performStep(theirs, second, attempt, witness)
  expect(await endRun(theirs, "completed", attempt, witness)).toBe("completed")
})

test("no lease is taken back for it", async () => {
  await register(theirs)
  await database.query("UPDATE sluice.run SET state = 'contracted'")
  expect(await inTarget((session) => openWayBack(session, ours))).toBeNull()
  expect(await database.query("SELECT state FROM sluice.run")).toEqual([{ state: "contracted" }])
  await inTarget((session) => openWayBack(session, theirs))
  expect(await database.query("SELECT state FROM sluice.run")).toEqual([{ state: "active" }])
})

test("one that was aborted before it was entered holds its name against others as well", async () => {
  await register({ ...theirs, run: "other" })
  await endRun(theirs, "aborted", attemptOf(), witness)
  await expect(register(ours)).rejects.toMatchObject(taken)
})

test("recover undoes it, whoever's it is", async () => {
  await register(theirs)
  await performStep(theirs, first, attemptOf(), witness)
  const { state, undone } = await recoverRun({ run, target: ours.target }, attemptOf())
  expect([state, undone]).toEqual(["aborted", [first.summary]])
})

test("a run that an earlier version has entered goes on, and is read before the journal is brought up to date", async () => {
  await register(theirs)
  await database.query("UPDATE sluice.version SET version = 4; ALTER TABLE sluice.run DROP COLUMN control")
  expect(await inTarget((session) => journaledState(session, ours))).toBe("active")
  expect(await inTarget(findRuns)).toMatchObject([{ run, control: null }])
  expect(await performStep(ours, first, attemptOf(), witness)).toBe("done")
  expect(await endRun(ours, "completed", attemptOf(), witness)).toBe("completed")
})
