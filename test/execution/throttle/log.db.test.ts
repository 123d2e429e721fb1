import { writeFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { precheck } from "../../../src/execution/precheck.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { ownedBy, type TestDatabase } from "../../harness/database.ts"
import { OwnCluster } from "../../harness/own-cluster.ts"
import { eventually } from "../setting.ts"
import { rows, SlowFilling, slowPeople } from "./slow-filling.ts"

const megabyte = 1024 ** 2

let cluster: OwnCluster
let database: TestDatabase
let filling: SlowFilling | null = null
beforeAll(async () => {
  await loadParser()
  cluster = await OwnCluster.start((folder) => ({
    archive_mode: "on",
    // Succeeds while the archive is "open".
    archive_command: `test ! -e ${join(folder, "closed")}`,
  }))
})
afterAll(() => cluster.stop())
beforeEach(async () => {
  database = await cluster.createDatabase(slowPeople)
})
afterEach(async () => {
  await filling?.breakOff()
  filling = null
  await database.drop()
})

/** Log that holds nothing to keep. */
const writeLog = (megabytes: number): Promise<unknown> =>
  database.query(
    `SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1048576)) FROM generate_series(1, ${megabytes}); SELECT pg_switch_wal()`,
  )

describe("a slot that is left behind", () => {
  afterEach(() =>
    cluster.query("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active"),
  )

  test("stops the backfill, which says how much of the log it keeps, until it has caught up", async () => {
    await database.query("SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')")
    filling = (await SlowFilling.prepare(database, { maxSlotLagBytes: 24 * megabyte })).start()
    await filling.isUnderWay()
    await writeLog(32)
    expect(await filling.rests(/slot lag/)).toMatch(
      /^slot lag: slot left_behind keeps \d\d(\.\d)?MB of the log \(limit 24MB, maxSlotLag\)$/,
    )
    expect(await filling.staysAtRest()).toBeLessThan(rows)
    await database.query("SELECT pg_replication_slot_advance('left_behind', pg_current_wal_lsn())")
    // What it keeps follows with the next snapshot in the log.
    await database.query("CHECKPOINT; SELECT pg_replication_slot_advance('left_behind', pg_current_wal_lsn())")
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("stops nothing where an operator says so", async () => {
    await database.query("SELECT pg_create_physical_replication_slot('idle', true)")
    filling = (await SlowFilling.prepare(database, { maxSlotLagBytes: 8 * megabyte })).start()
    await writeLog(32)
    await filling.rests(/slot lag/)
    await filling.tune({ maxSlotLagBytes: null })
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("and is about to lose what it keeps stops the backfill, however high the limit", async () => {
    await cluster.query("ALTER SYSTEM SET max_slot_wal_keep_size = '64MB'")
    await cluster.query("SELECT pg_reload_conf()")
    await cluster.query("SELECT pg_create_physical_replication_slot('idle', true)")
    filling = (await SlowFilling.prepare(database)).start()
    await filling.isUnderWay()
    for (let segment = 0; segment < 4; segment++) await writeLog(1)
    await database.query(
      "SELECT pg_logical_emit_message(false, 'filler', repeat('x', 1048576)) FROM generate_series(1, 5)",
    )
    expect(await filling.rests(/slot lag/)).toBe(
      "slot lag: slot idle is about to lose its log (max_slot_wal_keep_size)",
    )
    expect(await filling.staysAtRest()).toBeLessThan(rows)
    await cluster.query("SELECT pg_replication_slot_advance('idle', pg_current_wal_lsn())")
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
    await cluster.query("ALTER SYSTEM RESET max_slot_wal_keep_size")
    await cluster.query("SELECT pg_reload_conf()")
  })

  test("is told beforehand where it is over the limit already", async () => {
    await database.query("SELECT pg_create_physical_replication_slot('idle', true)")
    await writeLog(32)
    filling = await SlowFilling.prepare(database, { maxSlotLagBytes: 8 * megabyte })
    const found = (await precheck(filling.filling.run)).filter(({ subject }) => subject === "idle")
    expect(found.map(({ code }) => code)).toEqual(["SLOT_INACTIVE", "SLOT_BEHIND"])
  })
})

describe("an archive that takes nothing any more", () => {
  const close = (): Promise<void> => writeFile(join(cluster.folder, "closed"), "")
  const open = (): Promise<void> => rm(join(cluster.folder, "closed"), { force: true })
  afterEach(open)

  test.each([
    ["counted by a role that may see the files", ["pg_monitor"]],
    ["told from the archiver's last success by one that may not", []],
  ])("stops the backfill until it takes what waits, %s", async (_, memberOf) => {
    const owned = await ownedBy(await cluster.createRole(memberOf), database, ["users", "hurry"])
    await writeLog(1)
    await eventually(
      async () => (await cluster.query("SELECT FROM pg_stat_archiver WHERE archived_count > 0")).length > 0,
    )
    filling = (await SlowFilling.prepare(owned, { maxArchiveLagBytes: 40 * megabyte })).start()
    await filling.isUnderWay()
    await close()
    for (let segment = 0; segment < 5; segment++) await writeLog(1)
    expect(await filling.rests(/archiving/)).toMatch(
      /^archiving: \d+MB of the log wait to be archived \(limit 40MB, maxArchiveLag\)(; the archiver's last attempt failed)?$/,
    )
    expect(await filling.staysAtRest()).toBeLessThan(rows)
    await open()
    // A new segment wakes the archiver, which else tries again after a minute.
    await writeLog(1)
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })
})

test("more of the log than its rate allows stops the backfill, until that is made good or an operator allows more", async () => {
  filling = (await SlowFilling.prepare(database, { maxWalBytesPerSecond: 10 * 1024 })).start()
  expect(await filling.rests(/WAL rate/)).toMatch(
    /^WAL rate: [\d.]+[kM]B too much of the log were written lately \(limit 10kB\/s, maxWalRate\)$/,
  )
  expect(await filling.staysAtRest()).toBeLessThan(rows)
  await filling.goesOn()
  await filling.tune({ maxWalBytesPerSecond: null })
  expect(await filling.finishes()).toEqual({ outcome: "done", rows })
})
