import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { loadParser } from "../../../src/sql/parser.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { OwnCluster, type Standby } from "../../harness/own-cluster.ts"
import { eventually } from "../setting.ts"
import { rows, SlowFilling, slowPeople } from "./slow-filling.ts"

let cluster: OwnCluster
let standby: Standby
let database: TestDatabase
let filling: SlowFilling
beforeAll(async () => {
  await loadParser()
  cluster = await OwnCluster.start()
  standby = await cluster.addStandby("follower", { slot: "follower_place" })
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  database = await cluster.createDatabase(slowPeople)
})
afterEach(async () => {
  await filling.breakOff()
  await database.drop()
})

async function begin(maxReplicaLagMs: number): Promise<void> {
  filling = (await SlowFilling.prepare(database, { maxReplicaLagMs })).start()
  await filling.isUnderWay()
}

async function follows(name: string): Promise<boolean> {
  const rows = await cluster.query(
    "SELECT FROM pg_stat_replication WHERE application_name = $1 AND state = 'streaming' AND replay_lsn IS NOT NULL",
    [name],
  )
  return rows.length > 0
}

describe("a standby that falls behind", () => {
  test("stops the backfill, which says by how much, until it has caught up", async () => {
    await begin(500)
    await standby.pauseReplay()
    expect(await filling.rests(/replica lag/)).toMatch(
      /^replica lag: follower@127.0.0.1 is behind by \d.*s \(limit 500ms, maxReplicaLag\)$/,
    )
    expect(await filling.staysAtRest()).toBeLessThan(rows)
    await standby.resumeReplay()
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("and is far behind already when the backfill begins, stops it from its first row", async () => {
    await standby.pauseReplay()
    await database.query("CREATE TABLE bulk AS SELECT repeat('x', 2000) FROM generate_series(1, 12000)")
    filling = (await SlowFilling.prepare(database, { maxReplicaLagMs: 60_000 })).start()
    expect(await filling.rests(/replica lag/)).toMatch(
      /follower@127.0.0.1 is behind by \d+(.\d)?MB, and since before this was looked at \(limit 1m, maxReplicaLag\)/,
    )
    expect(await filling.filled()).toBe(0)
    await standby.resumeReplay()
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("stops nothing where an operator says so", async () => {
    await begin(500)
    await standby.pauseReplay()
    await filling.rests(/replica lag/)
    await filling.tune({ maxReplicaLagMs: null })
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
    await standby.resumeReplay()
  })
})

describe("a standby that goes away", () => {
  test("is waited for while its slot keeps its place, by the next worker too", async () => {
    await begin(10_000)
    await standby.stop()
    expect(await filling.rests(/replica lag/)).toBe(
      "replica lag can't be seen: follower@127.0.0.1 isn't connected any more, its slot follower_place waits for it",
    )
    const filled = await filling.staysAtRest()
    await filling.breakOff()
    filling.start()
    await filling.rests(/isn't connected any more/)
    expect(await filling.staysAtRest()).toBe(filled)
    await standby.start()
    expect(await filling.finishes()).toMatchObject({ outcome: "done" })
  })

  test("without a slot is waited for until an operator says that it won't come back", async () => {
    const loner = await cluster.addStandby("loner")
    await eventually(() => follows("loner"))
    await begin(10_000)
    await loner.stop()
    expect(await filling.rests(/replica lag/)).toBe(
      "replica lag can't be seen: loner@127.0.0.1 isn't connected any more; without it: maxReplicaLag=off",
    )
    await filling.staysAtRest()
    await filling.tune({ maxReplicaLagMs: null })
    await filling.goesOn()
    // Watched again, it begins with the replicas of now.
    await filling.tune({ maxReplicaLagMs: 10_000 })
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("for good, with its slot dropped, is forgotten", async () => {
    const guest = await cluster.addStandby("guest", { slot: "guest_place" })
    await eventually(() => follows("guest"))
    await begin(10_000)
    await guest.stop()
    await filling.rests(/its slot guest_place waits for it/)
    await cluster.query("SELECT pg_drop_replication_slot('guest_place')")
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })
})
