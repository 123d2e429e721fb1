import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { ProbeConfig } from "../../../src/config/config.ts"
import { precheck } from "../../../src/execution/precheck.ts"
import type { TargetRun } from "../../../src/execution/target-run.ts"
import { loadParser } from "../../../src/sql/parser.ts"
import { createDatabase, type TestDatabase } from "../../harness/database.ts"
import { HttpService } from "../../harness/http-service.ts"
import { rows, SlowFilling, slowPeople } from "./slow-filling.ts"

let database: TestDatabase
let service: HttpService
let filling: SlowFilling
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase({ schema: `${slowPeople} CREATE TABLE errors (at timestamptz DEFAULT now())` })
  service = await HttpService.start()
  filling = await SlowFilling.prepare(database)
})
afterEach(async () => {
  await filling.breakOff()
  await service.stop()
  await database.drop()
})

const health = (): ProbeConfig => ({ name: "health", kind: "http", url: service.url, everyMs: 100, failuresAllowed: 2 })
const errors: ProbeConfig = {
  name: "errors",
  kind: "sql",
  sql: "SELECT count(*) FROM errors",
  expect: "< 3",
  everyMs: 100,
  failuresAllowed: 0,
}
const probed =
  (...probes: readonly ProbeConfig[]) =>
  (run: TargetRun): TargetRun => ({ ...run, target: { ...run.target, probes } })

describe("an HTTP probe", () => {
  test("that fails more often in a row than it may stops the backfill until it is well again", async () => {
    filling.start(probed(health()))
    await filling.isUnderWay()
    service.answers(503)
    expect(await filling.rests(/probe health/)).toMatch(
      /^probe health: answered 503, \d+ times in a row \(limit 2, failuresAllowed\)$/,
    )
    expect(await filling.staysAtRest()).toBeLessThan(rows)
    service.answers(200)
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
    expect(filling.witness.progressSeen.filter(({ throttledBy }) => throttledBy?.includes("rests"))).toEqual([])
  })

  test("that fails from the beginning lets no row be filled", async () => {
    service.answers(500)
    filling.start(probed(health()))
    await filling.rests(/answered 500/)
    expect(await filling.staysAtRest()).toBe(0)
    service.answers(200)
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("that can't be reached any more stops the backfill; an operator can say that it doesn't matter", async () => {
    filling.start(probed(health()))
    await filling.isUnderWay()
    await service.stop()
    expect(await filling.rests(/probe health/)).toContain("no connection (ECONNREFUSED)")
    await filling.staysAtRest()
    await filling.tune({ watchProbes: false })
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("that hangs holds nothing else up: a pause is seen meanwhile, and the end comes at once", async () => {
    filling.start(probed(health()))
    await filling.isUnderWay()
    service.hangs()
    const asked = service.asked
    await filling.isUnderWay()
    await filling.tune({ paused: true })
    await filling.rests(/^paused$/)
    await filling.tune({ paused: false })
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
    expect(service.asked).toBeGreaterThanOrEqual(asked)
  })
})

describe("an SQL probe", () => {
  test("whose answer isn't as expected stops the backfill until it is; names are found as in any session", async () => {
    filling.start(probed(errors))
    await filling.isUnderWay()
    await database.query("INSERT INTO errors SELECT FROM generate_series(1, 3)")
    expect(await filling.rests(/probe errors/)).toMatch(
      /^probe errors: expected < 3, found something else, \d+ times in a row \(limit 0, failuresAllowed\)$/,
    )
    expect(await filling.staysAtRest()).toBeLessThan(rows)
    await database.query("DELETE FROM errors")
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("that can't be run from the start is named beforehand and left out", async () => {
    const probes = probed(
      { ...errors, sql: "SELECT count(*) FROM eroors" },
      { ...errors, name: "writes", sql: "DELETE FROM errors RETURNING 1" },
    )
    const findings = await precheck(probes(filling.filling.run))
    expect(findings.filter(({ code }) => code === "PROBE_UNANSWERABLE").map(({ message }) => message)).toEqual([
      expect.stringContaining('without heeding probe errors: relation "eroors" does not exist'),
      expect.stringContaining("without heeding probe writes: cannot execute DELETE in a read-only transaction"),
    ])
    filling.start(probes)
    expect(await filling.finishes()).toEqual({ outcome: "done", rows })
  })

  test("that could be run once and can't be any more stops the backfill", async () => {
    filling.start(probed(errors))
    await filling.isUnderWay()
    await database.query("ALTER TABLE errors RENAME TO mistakes")
    expect(await filling.rests(/probe errors/)).toContain('relation "errors" does not exist')
    await filling.breakOff()
    filling.start(probed(errors))
    await filling.rests(/probe errors/)
    await filling.staysAtRest()
    await database.query("ALTER TABLE mistakes RENAME TO errors")
    expect(await filling.finishes()).toMatchObject({ outcome: "done" })
  })
})

test("a probe that fails before the run is told by precheck", async () => {
  service.answers(502)
  const findings = await precheck(probed(health())(filling.filling.run))
  expect(findings.filter(({ code }) => code === "PROBE_FAILED")).toMatchObject([
    { severity: "warning", subject: "health", message: expect.stringContaining("answered 502") },
  ])
})
