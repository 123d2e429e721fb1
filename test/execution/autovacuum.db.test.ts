import { afterAll, beforeAll, expect, test } from "vitest"
import { performStep } from "../../src/execution/perform-step.ts"
import { ownedBy, type TestDatabase, type TestRole } from "../harness/database.ts"
import { OwnCluster } from "../harness/own-cluster.ts"
import { addColumnStep, attemptOf, eventually, journalOf, runOn, Witness } from "./setting.ts"

/** Of the table's own: some pages in a second, so that it lasts for as long as a large table's. */
const slowly = "autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"

let cluster: OwnCluster
let role: TestRole
beforeAll(async () => {
  cluster = await OwnCluster.start(() => ({ autovacuum_naptime: "1s", autovacuum_freeze_max_age: "100000" }))
  // It owns its tables, and may not see what others are at.
  role = await cluster.createRole()
})
afterAll(() => cluster?.stop())

/** The vacuum of table `t` that autovacuum is at. */
async function vacuumOf(database: TestDatabase): Promise<{ readonly pid: number; readonly query: string } | undefined> {
  const [row] = await database.query<{ pid: number; query: string }>(
    `SELECT a.pid, a.query FROM pg_stat_activity AS a JOIN pg_locks AS l USING (pid)
      WHERE a.backend_type = 'autovacuum worker' AND l.relation = 't'::regclass AND l.mode = 'ShareUpdateExclusiveLock'`,
  )
  return row
}

async function begun(database: TestDatabase): Promise<{ readonly pid: number; readonly query: string }> {
  let vacuum = await vacuumOf(database)
  await eventually(async () => (vacuum = await vacuumOf(database)) !== undefined)
  return vacuum as { pid: number; query: string }
}

test("an autovacuum makes way, though every try is shorter than what it takes for that; nobody waits meanwhile", async () => {
  const database = await cluster.createDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, filler text) WITH (${slowly}, autovacuum_vacuum_threshold = 1, autovacuum_vacuum_scale_factor = 0);
     INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 7000) AS n;
     CREATE TABLE calm AS SELECT * FROM t WHERE id < 10`,
  )
  const owned = await ownedBy(role, database, ["t"])
  await database.query("DELETE FROM t WHERE id % 2 = 0")
  const { pid, query } = await begun(database)
  expect(query).not.toContain("wraparound")
  const step = addColumnStep("c")
  // Shorter than the server's deadlock_timeout, as by default.
  const run = await runOn(owned.url, [step], { lockTimeoutMs: 200, lockBudgetMs: 30_000 })
  const observer = new Witness()
  const over = new AbortController()
  const done = performStep(run, step, attemptOf(), observer).finally(() => over.abort())
  // What the other one waits for is the machine.
  const longestMs = { t: 0, calm: 0 }
  while (!over.signal.aborted) {
    for (const table of ["t", "calm"] as const) {
      const from = performance.now()
      await database.query(`UPDATE ${table} SET filler = 'y' WHERE id = 1; SELECT FROM ${table} WHERE id = 3`)
      longestMs[table] = Math.max(longestMs[table], performance.now() - from)
    }
  }
  expect(await done).toBe("done")
  expect(observer.blockersSeen[0]).toMatchObject([{ pid, relation: "public.t", state: "autovacuum" }])
  expect(observer.blockersSeen.at(-1)).toEqual([])
  expect(longestMs.t).toBeLessThan(700 + longestMs.calm)
})

test("one that prevents wraparound is named as that, left to finish, and waited for within the budget", async () => {
  const database = await cluster.createDatabase(
    `CREATE TABLE t (id int PRIMARY KEY, filler text) WITH (${slowly}, autovacuum_enabled = false);
     INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 140) AS n`,
  )
  await database.query("DO $$ BEGIN FOR n IN 1..100001 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$")
  const { pid, query } = await begun(database)
  expect(query).toContain("(to prevent wraparound)")
  const step = addColumnStep("c")
  const run = await runOn(database.url, [step], { lockTimeoutMs: 200, lockBudgetMs: 1_500 })
  const error: unknown = await performStep(run, step, attemptOf(), new Witness()).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: "LOCK_BUDGET",
    message: expect.stringContaining(`pid ${pid} (autovacuum to prevent wraparound, for `),
    finding: { hint: expect.stringContaining("Let the vacuum finish") },
  })
  expect(error).not.toMatchObject({ finding: { hint: expect.stringContaining("pg_terminate_backend") } })
  expect(await journalOf(run)).toEqual([])
  expect(await vacuumOf(database)).toMatchObject({ pid })
  const patient = await runOn(database.url, [step], { lockTimeoutMs: 200, lockBudgetMs: 50_000 })
  const observer = new Witness()
  expect(await performStep(patient, step, attemptOf({ number: 2 }), observer)).toBe("done")
  expect(observer.blockersSeen[0]).toMatchObject([{ pid, state: "autovacuum to prevent wraparound" }])
  // Had it been ended, it would have to begin again.
  const [left] = await database.query(
    "SELECT age(relfrozenxid) < 100000 AS frozen FROM pg_class WHERE oid = 't'::regclass",
  )
  expect(left).toEqual({ frozen: true })
})
