import { afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import type { CreateIndexInput } from "../../src/operations/create-index/input.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { attemptOf, Witness } from "../execution/setting.ts"
import { createDatabase } from "../harness/database.ts"
import type { TestDatabase } from "../harness/database.ts"
import { indexesIn } from "./indexes-in.ts"
import { offending } from "./offending.ts"
import { plannedRun } from "./planned-run.ts"
import type { PlannedRun } from "./planned-run.ts"

beforeAll(loadParser)

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({
    schema: `CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
    CREATE TABLE "p""2.x" PARTITION OF p FOR VALUES FROM ('2024-07-01') TO ('2025-01-01');
    INSERT INTO p SELECT n, date '2024-01-01' + n FROM generate_series(1, 300) AS n`,
  })
})
afterEach(() => database.drop())
const input = { table: "p", name: "p_key", columns: ["id", "at"], unique: true }

test("a partition that was added meanwhile stops the last step, which then has done nothing", async () => {
  const { run, steps } = await planned(input)
  const [first, second, attach] = steps
  if (!first || !second || !attach) throw new Error("three steps were expected")
  for (const step of [first, second]) expect(await performStep(run, step, attemptOf(), new Witness())).toBe("done")
  await database.query("CREATE TABLE p3 PARTITION OF p FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')")
  await expect(performStep(run, attach, attemptOf(), new Witness())).rejects.toMatchObject({
    code: "STEP_NOT_EFFECTIVE",
  })
  expect(await indexesIn(database)).toHaveLength(2)
  for (const step of steps.toReversed()) await undoStep(run, step, attemptOf({ number: 2 }), new Witness())
  expect(await indexesIn(database)).toEqual([])
})

test("one that is detached meanwhile does, too", async () => {
  const { run, steps } = await planned(input)
  await database.query("ALTER TABLE p DETACH PARTITION p1")
  for (const step of steps.slice(0, 2)) await performStep(run, step, attemptOf(), new Witness())
  const [, , attach] = steps
  if (!attach) throw new Error("three steps were expected")
  await expect(performStep(run, attach, attemptOf(), new Witness())).rejects.toMatchObject({ kind: "RefusedError" })
  for (const step of steps.toReversed()) await undoStep(run, step, attemptOf({ number: 2 }), new Witness())
  expect(await indexesIn(database)).toEqual([])
})

test("duplicates are found in all partitions", async () => {
  const given = `CREATE TABLE p (id int, at date) PARTITION BY RANGE (at);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2024-01-01') TO ('2024-07-01');
    INSERT INTO p VALUES (1, '2024-02-02'), (1, '2024-02-02')`
  expect(await offending(given, { create_index: input })).toEqual({ "DUPLICATE_VALUES p_key": ["(0,1)", "(0,2)"] })
})

test("a partition can have an index of its own", async () => {
  const { run, steps } = await planned({ table: 'p"2.x', name: "own", columns: ["id"] })
  for (const step of steps) expect(await performStep(run, step, attemptOf(), new Witness())).toBe("done")
  expect(await indexesIn(database)).toEqual(['CREATE INDEX own ON public."p""2.x" USING btree (id)'])
})

function planned(input: CreateIndexInput): Promise<PlannedRun> {
  return plannedRun(database, [{ create_index: input }])
}
