import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { precheck } from "../../../src/execution/precheck.ts"
import { rememberSight } from "../../../src/execution/throttle/sight.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { ownedBy, type TestDatabase, type TestRole } from "../../harness/database.ts"
import { OwnCluster, type Standby } from "../../harness/own-cluster.ts"
import { asSession } from "../setting.ts"
import { rows, SlowFilling, slowPeople } from "./slow-filling.ts"

let cluster: OwnCluster
let standby: Standby
let role: TestRole
let database: TestDatabase
let owned: TestDatabase
let filling: SlowFilling
beforeAll(async () => {
  await loadParser()
  cluster = await OwnCluster.start()
  standby = await cluster.addStandby("follower")
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  role = await cluster.createRole()
  database = await cluster.createDatabase(slowPeople)
  owned = await ownedBy(role, database, ["users", "hurry"])
  filling = await SlowFilling.prepare(owned, { maxReplicaLagMs: 10_000 })
})
afterEach(() => filling.breakOff())

const grant = (): Promise<unknown> => cluster.query(`GRANT pg_monitor TO ${role.name}`)
const revoke = (): Promise<unknown> => cluster.query(`REVOKE pg_monitor FROM ${role.name}`)
const cannotSee = /^replica lag can't be seen: the role may not see the replicas' positions$/

describe("a role that can't see the replicas", () => {
  test("from the start fills without heeding them, and is told so beforehand with the GRANT", async () => {
    const { run } = filling.filling
    const findings = await precheck({ ...run, plan: { ...run.plan, serverMajor: await majorOf(owned) } })
    expect(findings.filter(({ code }) => code === "REPLICA_LAG_UNSEEN")).toMatchObject([
      {
        severity: "warning",
        message: expect.stringContaining("replica lag"),
        hint: `GRANT pg_monitor TO ${role.name};`,
      },
    ])
    await standby.pauseReplay()
    await filling.tune({ maxReplicaLagMs: 1 })
    filling.start()
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
    await standby.resumeReplay()
  })

  test("any more rests, and goes on when it sees again", async () => {
    await grant()
    filling.start()
    await filling.isUnderWay()
    await revoke()
    expect(await filling.rests(/replica lag/)).toMatch(cannotSee)
    expect(await filling.staysAtRest()).toBeLessThan(rows)
    await grant()
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("any more rests in the next worker too, which has never seen them", async () => {
    await grant()
    filling.start()
    await filling.isUnderWay()
    await filling.breakOff()
    await revoke()
    filling.start()
    await filling.rests(cannotSee)
    await filling.staysAtRest()
    await grant()
    expect(await filling.finishes()).toMatchObject({ outcome: "done" })
  })

  test("any more though it could when the run was registered, days before, fills nothing", async () => {
    await grant()
    await asSession(owned.url, (session) => rememberSight(session, filling.filling.run))
    await revoke()
    filling.start()
    await filling.rests(cannotSee)
    expect(await filling.filled()).toBe(0)
  })
})

test("a position of the log that the role may not ask for any more stops what measures by it", async () => {
  await filling.tune({ maxWalBytesPerSecond: 1024 ** 4 })
  filling.start()
  await filling.isUnderWay()
  await database.query("REVOKE EXECUTE ON FUNCTION pg_current_wal_lsn() FROM PUBLIC")
  await filling.rests(/WAL rate can't be seen: the server doesn't tell the position of its log/)
  await filling.rests(/slot lag can't be seen: the server doesn't tell the position of its log/)
  await database.query("GRANT EXECUTE ON FUNCTION pg_current_wal_lsn() TO PUBLIC")
  expect(await filling.finishes()).toEqual({ outcome: "done", rows })
})

async function majorOf(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  )
  return row?.major ?? 0
}
