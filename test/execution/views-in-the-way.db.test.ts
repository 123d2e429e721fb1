import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import type { Plan } from "../../src/domain/plan.ts"
import { createVersion, ensureJournal, openWayBack, registerRun, setRunState } from "../../src/execution/journal.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { addColumnStep, asSession, planOf } from "./setting.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({
    schema: 'CREATE TABLE t (id int PRIMARY KEY, "Nick" text); CREATE TABLE u (id int)',
  })
  await asSession(database.url, ensureJournal)
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.query("TRUNCATE sluice.run, sluice.journal, sluice.fence, sluice.revision, sluice.version_schema")
  await database.query("DROP SCHEMA IF EXISTS later CASCADE; DROP SCHEMA IF EXISTS own CASCADE")
})

const own = { name: "own", base: "public", revision: "0001" }
const later = { name: "later", base: "public", revision: "0002" }

function plan(undo = 'ALTER TABLE IF EXISTS "public"."t" DROP COLUMN IF EXISTS "Nick";'): Plan {
  return planOf([{ ...addColumnStep("Nick"), undo: undo as never }], {
    relations: [{ schema: "public", name: "t" }],
    revisions: [{ id: "0001", parents: [], title: "", contentHash: "" }],
  })
}

/** A run that has completed, and a view of a version beside it that was made without it. */
async function completedWith(version: typeof own, table: "t" | "u", made: Plan = plan()): Promise<Plan> {
  await asSession(database.url, async (session) => {
    await registerRun(session, { run: "first", plan: made, workflowId: "first" })
    await setRunState(session, "first", "completed")
    await session.query("DELETE FROM sluice.revision")
    await session.query(
      `INSERT INTO sluice.revision (id, parents, run) VALUES ('0001', '{}', 'first'), ('0002', '{0001}', 'second')`,
    )
    await createVersion(session, {
      version,
      views: [],
      rights: { schemas: [], defaults: [], role: "postgres" } as never,
    })
    await session.query(`CREATE VIEW ${version.name}.${table} AS SELECT * FROM public.${table}`)
  })
  return made
}

const back = (made: Plan) =>
  asSession(database.url, (session) => openWayBack(session, { run: "first", plan: made }, "completed"))

test("a version of the run's revision that was stamped since is named before anything is touched, with what helps", async () => {
  const made = await completedWith(own, "t")
  expect(await back(made)).toMatchObject({
    code: "DEPENDENTS_EXIST",
    subject: "first",
    message: expect.stringContaining("version views show what the undo takes away: own.t."),
    hint: expect.stringContaining('DROP SCHEMA "own" CASCADE;'),
  })
  expect(await database.query("SELECT state FROM sluice.run")).toEqual([{ state: "completed" }])
  await database.query("DROP SCHEMA own CASCADE")
  expect(await back(made)).toBeNull()
})

test("a version that a later run made on other tables is that run's to take back", async () => {
  const made = await completedWith(later, "t")
  expect(await back(made)).toMatchObject({ hint: expect.stringContaining("(sluice undo second)") })
})

test.each([
  [
    "the version is the run's own, and goes with its undo",
    own,
    "t",
    { ...plan(), versions: { ...plan().versions, made: [own] } },
  ],
  ["the view shows another table", own, "u", plan()],
  ["the version shows an earlier shape", { ...own, revision: "0000" }, "t", plan()],
  ["the undo takes no column away", own, "t", plan('DROP INDEX "public"."t_nick";')],
] as const)("nothing is in the way where %s", async (_, version, table, made) => {
  expect(await back(await completedWith(version, table, made))).toBeNull()
})
