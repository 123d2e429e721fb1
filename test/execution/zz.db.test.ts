import { markLog } from "../harness/server-log.ts"
import { test } from "vitest"
import { syncOf } from "../../src/planner/merge-syncs.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { createDatabase } from "../harness/database.ts"
import { nickGroup } from "../operations/sync/split-name.ts"
import { beginFilling } from "./filling.ts"
import { runBackfill } from "../../src/execution/backfill.ts"
import { asSession, attemptOf, Witness } from "./setting.ts"
test("x", async () => {
  await loadParser()
  const database = await createDatabase()
  await database.query(`
      CREATE TABLE people (tenant integer, code varchar(20), born date, name text NOT NULL, PRIMARY KEY (tenant, born, code));
      INSERT INTO people SELECT n % 3, 'x{"' || n, date '2000-01-01' + n % 100, 'N ' || n FROM generate_series(1, 20000) AS n; ANALYZE people`)
  const sync = syncOf({ schema: "public", name: "people" }, [nickGroup()], ["r"])
  const { backfill, run } = await beginFilling(database, sync)
  await database.query(`ALTER DATABASE "${database.name}" SET session_preload_libraries = 'auto_explain'; ALTER DATABASE "${database.name}" SET auto_explain.log_min_duration = 100; ALTER DATABASE "${database.name}" SET auto_explain.log_analyze = on`)
  const mark = await markLog()
  const t = Date.now()
  await runBackfill(run, backfill, attemptOf(), new Witness())
  console.log("took", Date.now() - t)
  console.log((await mark.readFor(database.name)).slice(-9000))
  await database.drop()
})
