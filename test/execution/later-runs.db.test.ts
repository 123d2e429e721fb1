import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Plan } from "../../src/domain/plan.ts"
import type { SqlStep } from "../../src/domain/step.ts"
import { ensureJournal, openWayBack, registerRun, setRunState } from "../../src/execution/journal.ts"
import { laterRunOf } from "../../src/execution/later-runs.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession, attemptOf, planOf, targetAt, Witness } from "./setting.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t (id int PRIMARY KEY)" })
  await asSession(database.url, ensureJournal)
})
afterAll(() => database.drop())
beforeEach(() =>
  database.query("TRUNCATE sluice.run, sluice.journal, sluice.fence; ALTER TABLE t DROP COLUMN IF EXISTS c"),
)

const planOn = (table: string, digit: string): Plan =>
  planOf([], {
    hash: digit.repeat(64),
    relations: [{ schema: "public", name: table }],
    revisions: [{ id: `000${digit}`, parents: [], title: "", contentHash: "" }],
  })

const later = (run: string) => asSession(database.url, (session) => laterRunOf(session, run))
const back = (run: string, from?: "contracted" | "completed", plan = planOn("t", "1")) =>
  asSession(database.url, (session) => openWayBack(session, { run, plan }, from))

/** Registers the run, writes a row of work, and lets it come to the state. */
async function run(name: string, plan: Plan, state: "active" | "contracted" | "completed" | "aborted"): Promise<void> {
  await asSession(database.url, async (session) => {
    await registerRun(session, { run: name, plan, workflowId: name })
    await session.query(
      `INSERT INTO sluice.journal (run, step, direction, epoch, attempt, outcome) VALUES ($1, 's', 'do', 1, 1, 'done')`,
      [name],
    )
    await setRunState(session, name, state)
  })
}

describe("the way back of a run that has contracted", () => {
  test.each(["active", "contracted", "completed"] as const)("is closed by a later run that is %s", async (state) => {
    await run("first", planOn("t", "1"), "contracted")
    await run("second", planOn("t", "2"), state)
    const found = { run: "second", revisions: ["0002"], shared: ["public.t"], isAtWork: state === "active" }
    expect(await later("first")).toEqual(found)
    expect(await back("first")).toMatchObject({
      code: "LATER_REVISION",
      message: expect.stringContaining("second (0002)"),
    })
    expect(await database.query("SELECT state FROM sluice.run WHERE run = 'first'")).toEqual([{ state: "contracted" }])
  })

  test("isn't closed by an earlier run, an aborted one, or one on other tables", async () => {
    await run("first", planOn("t", "1"), "contracted")
    await run("second", planOn("t", "2"), "contracted")
    await run("aborted", planOn("t", "3"), "aborted")
    await run("elsewhere", planOn("u", "4"), "active")
    expect(await later("second")).toBeNull()
    expect((await later("first"))?.run).toBe("second")
  })

  test("is closed by an aborted run that left its revision behind", async () => {
    await run("first", planOn("t", "1"), "contracted")
    await run("second", planOn("t", "2"), "aborted")
    await database.query("INSERT INTO sluice.revision (id, run) VALUES ('0002', 'second')")
    expect((await later("first"))?.run).toBe("second")
    await database.query("DELETE FROM sluice.revision")
  })

  test("is closed where the contract has no undo: what came before it would go, and what it hid not come back", async () => {
    const hide: SqlStep = { ...addColumnStep("c"), id: "contract/hide", phase: "contract", undo: null }
    const oneWay = { ...planOn("t", "1"), steps: [hide] }
    await run("first", oneWay, "active")
    expect(await back("first", "contracted", oneWay)).toBeNull()
    await database.query("UPDATE sluice.run SET state = 'contracted'")
    expect(await back("first", "contracted", oneWay)).toMatchObject({ code: "NO_WAY_BACK" })
    expect(await database.query("SELECT state FROM sluice.run")).toEqual([{ state: "contracted" }])
  })

  test("doesn't go by clocks, which a failover may set back", async () => {
    await run("first", planOn("t", "1"), "contracted")
    await run("second", planOn("t", "2"), "completed")
    await database.query("UPDATE sluice.run SET started_at = started_at - interval '1 day' WHERE run = 'second'")
    expect((await later("first"))?.run).toBe("second")
    expect(await later("second")).toBeNull()
  })

  test("begins with the lease: nobody else gets the relations until it has ended", async () => {
    await run("first", planOn("t", "1"), "contracted")
    expect(await back("first")).toBeNull()
    expect(await back("first")).toBeNull()
    await expect(run("second", planOn("t", "2"), "active")).rejects.toMatchObject({ code: "RUN_CONFLICT" })
  })

  test("isn't opened by chance for a run that has ended", async () => {
    await run("first", planOn("t", "1"), "completed")
    expect(await back("first")).toBeNull()
    expect(await database.query("SELECT state FROM sluice.run")).toEqual([{ state: "completed" }])
    expect(await back("first", "completed")).toBeNull()
    expect(await database.query("SELECT state, ended_at FROM sluice.run")).toEqual([
      { state: "active", ended_at: null },
    ])
  })
})

test("the lease ends with the last step of contract, not with what stands before it for the way back", async () => {
  const proof: SqlStep = { ...addColumnStep("c"), id: "contract/proof", phase: "contract", back: true }
  const hide: SqlStep = { ...addColumnStep("c"), id: "contract/hide", phase: "contract" }
  const plan = { ...planOn("t", "1"), steps: [proof, hide] }
  await asSession(database.url, (session) => registerRun(session, { run: "first", plan, workflowId: "w" }))
  const states: unknown[] = []
  for (const step of [proof, hide]) {
    await performStep({ run: "first", plan, target: targetAt(database.url) }, step, attemptOf(), new Witness())
    states.push(...(await database.query<{ state: string }>("SELECT state FROM sluice.run")).map(({ state }) => state))
  }
  expect(states).toEqual(["active", "contracted"])
})
