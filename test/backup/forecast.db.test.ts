import { afterAll, beforeAll, expect, test } from "vitest"
import { forecastBackup, type BackupForecast } from "../../src/backup/forecast.ts"
import { asSession } from "../execution/setting.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { Holder } from "../harness/holder.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
  await database.query(`
    CREATE TABLE plain (id int, t text);
    INSERT INTO plain SELECT n, 'x' FROM generate_series(1, 1000) AS n;
    CREATE TABLE parted (id int) PARTITION BY RANGE (id);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (11);
    CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (11) TO (21);
    INSERT INTO parted SELECT generate_series(1, 20);
    CREATE TABLE "no Partitions" (id int) PARTITION BY RANGE (id);
    CREATE TABLE fresh (id int) WITH (autovacuum_enabled = off);
    ANALYZE plain, parted`)
})
afterAll(() => database.drop())

const of = (...names: readonly string[]): Promise<BackupForecast> =>
  asSession(database.url, (session) =>
    forecastBackup(
      session,
      names.map((name) => ({ schema: "public", name })),
    ),
  )

test("rows and sizes are those of statistics, of all partitions together; a table that isn't there yet has none", async () => {
  const { tables } = await of("plain", "parted", "no Partitions", "to be created")
  expect(tables).toEqual([
    { name: 'public."no Partitions"', rows: 0, bytes: 0 },
    { name: "public.parted", rows: 20, bytes: 2 * 8192 },
    { name: "public.plain", rows: 1000, bytes: expect.any(Number) },
  ])
  expect(tables[2]?.bytes).toBeGreaterThan(8192)
})

test("what statistics don't know isn't made up", async () => {
  expect((await of("fresh")).tables).toEqual([{ name: "public.fresh", rows: null, bytes: null }])
})

test("a plan doesn't wait for whoever has locked a table", async () => {
  const holder = await Holder.take(database.url, "LOCK TABLE plain IN ACCESS EXCLUSIVE MODE")
  expect((await of("plain")).tables).toMatchObject([{ rows: 1000 }])
  await holder.release()
})
