import { afterEach, beforeEach, expect, test } from "vitest"
import type { ProbeConfig } from "../../src/config/config.ts"
import { watchProbes } from "../../src/health/watch-probes.ts"
import { attemptOf, targetAt } from "../execution/setting.ts"
import { createDatabase, type TestDatabase } from "../harness/database.ts"
import { HttpService } from "../harness/http-service.ts"

let database: TestDatabase
let service: HttpService
beforeEach(async () => {
  database = await createDatabase({ schema: "CREATE TABLE errors (at timestamptz DEFAULT now())" })
  service = await HttpService.start()
})
afterEach(async () => {
  await service.stop()
  await database.drop()
})

const sql = { name: "errors", kind: "sql", sql: "SELECT count(*) FROM errors", expect: "= 0" } as const
const http = (): ProbeConfig => ({ name: "health", kind: "http", url: service.url, everyMs: 20, failuresAllowed: 2 })
const watch = (until: number, ...probes: readonly ProbeConfig[]): Promise<void> =>
  watchProbes({ ...targetAt(database.url), probes }, until, attemptOf())

test("well probes let the soak end in its time", async () => {
  await watch(Date.now() + 300, { ...sql, everyMs: 20, failuresAllowed: 0 }, http())
  expect(service.asked).toBeGreaterThan(0)
})

test("a probe that fails more often in a row than it may ends the soak, with what it said", async () => {
  service.answers(500)
  await expect(watch(Date.now() + 60_000, http())).rejects.toMatchObject({
    kind: "RefusedError",
    code: "PROBE_FAILED",
    message: "Probe health failed 3 times in a row: answered 500.",
  })
  expect(service.asked).toBe(3)
})
