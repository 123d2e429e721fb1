import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { SqlStep } from "../../src/domain/step.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { validatedSteps } from "../../src/operations/constraints/validated-steps.ts"
import { dropHiddenStep } from "../../src/operations/hide/drop-hidden.ts"
import { syncStep } from "../../src/operations/sync/install.ts"
import { dropMarkerStep } from "../../src/operations/sync/remove.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { sql } from "../../src/sql/sql.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { column, users as sampleTable } from "../planner/sample-catalog.ts"
import { attemptOf, journalOf, runOn, Witness } from "./setting.ts"

const users = { schema: "public", name: "users" }
const witness = new Witness()
let database: TestDatabase
beforeEach(async () => {
  await loadParser()
  database = await createDatabase({ schema: "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)" })
})
afterEach(() => database.drop())

const sync = async (): Promise<SqlStep> => syncStep(usersSync(nickGroup()), "expand/users/sync")
const check = async (): Promise<SqlStep> => {
  const [add] = validatedSteps(
    { relation: users, name: "short", kind: "check", definition: sql`CHECK (name <> '')`, target: null },
    "expand",
    "expand/users/check",
  )
  if (!add) throw new Error("no step")
  return add
}

const gone = { kind: "RefusedError", code: "SHAPE_DIFFERS", message: expect.stringContaining("public.users") }

async function done(step: SqlStep): Promise<TargetRun> {
  const run = await runOn(database.url, [step])
  await performStep(run, step, attemptOf(), witness)
  return run
}

describe.each([
  ["dual write", sync],
  ["a constraint", check],
] as const)("the undo of %s, done by this run", (_, make) => {
  test.each([
    ["was renamed", "ALTER TABLE users RENAME TO people"],
    ["is gone", "DROP TABLE users"],
  ])("doesn't count as carried out where the table %s", async (_, change) => {
    const step = await make()
    const run = await done(step)
    await database.query(change)
    await expect(undoStep(run, step, attemptOf(), witness)).rejects.toMatchObject(gone)
    expect(await journalOf(run)).toEqual(["do done"])
  })

  test("goes on once a renamed table has its name again, and is content where a person has undone it", async () => {
    const step = await make()
    const run = await done(step)
    await database.query("ALTER TABLE users RENAME TO people")
    await expect(undoStep(run, step, attemptOf(), witness)).rejects.toMatchObject(gone)
    await database.query("ALTER TABLE people RENAME TO users")
    expect(await undoStep(run, step, attemptOf(), witness)).toBe("done")
    await performStep(run, step, attemptOf(), witness)
    await database.query(step.undo ?? "")
    expect(await undoStep(run, step, attemptOf(), witness)).toBe("observed")
  })

  test("is content without the table where the step never ran", async () => {
    const step = await make()
    const run = await runOn(database.url, [step])
    await database.query("DROP TABLE users")
    expect(await undoStep(run, step, attemptOf(), witness)).toBe("observed")
  })
})

test("dual write isn't taken for undone where its table was renamed and another bears the name", async () => {
  const step = await sync()
  const run = await done(step)
  await database.query(
    "ALTER TABLE users RENAME TO people; CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)",
  )
  await expect(undoStep(run, step, attemptOf(), witness)).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
})

describe("what is dropped for good", () => {
  const hiding = {
    table: sampleTable,
    column: column("name", "text", { notNull: true }),
    hidden: "_sluice_0001_name",
    computed: false,
    replaced: false,
    partitions: [],
    earlier: [],
    revision: "0001",
    scope: "users",
  }
  const steps = [
    dropHiddenStep(hiding, true),
    dropMarkerStep({ ...usersSync(), marker: "_sluice_filled_0a1b2c3d" }, "purge/users/marker"),
  ]
  test.each(steps.map((step) => [step.summary, step] as const))(
    "is looked for on a renamed table: %s",
    async (_, step) => {
      await database.query(
        "ALTER TABLE users ADD COLUMN _sluice_0001_name text, ADD COLUMN _sluice_filled_0a1b2c3d boolean",
      )
      const run = await runOn(database.url, [step])
      await database.query("ALTER TABLE users RENAME TO people")
      await expect(performStep(run, step, attemptOf(), witness)).rejects.toMatchObject(gone)
      await database.query("DROP TABLE people")
      expect(await performStep(run, step, attemptOf(), witness)).toBe("observed")
    },
  )
})
