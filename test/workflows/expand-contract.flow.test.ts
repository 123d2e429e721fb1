import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Ledger } from "../../src/ledger/chain.ts"
import { expectUnharmed, startApplication, type Statement } from "../harness/live-writer.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

const oldStatements: readonly Statement[] = [
  {
    name: "insert",
    kind: "insert",
    sql: "INSERT INTO public.people (name) VALUES ($1) RETURNING id",
    values: ["New {n}"],
    shows: { name: "New {n}" },
  },
  {
    name: "update",
    kind: "update",
    sql: "UPDATE public.people SET name = $2 WHERE id = $1",
    values: ["{key}", "Changed {n}"],
    shows: { name: "Changed {n}" },
    weight: 2,
  },
  { name: "delete", kind: "delete", sql: "DELETE FROM public.people WHERE id = $1", values: ["{key}"] },
]

const newStatements: readonly Statement[] = [
  {
    name: "insert both",
    kind: "insert",
    sql: "INSERT INTO public.people (name, email) VALUES ($1, $2) RETURNING id",
    values: ["New {n}", "new.{n}@new.org"],
    shows: { name: "New {n}", email: "new.{n}@new.org" },
  },
  {
    name: "update both",
    kind: "update",
    sql: "UPDATE public.people SET name = $2, email = $3 WHERE id = $1",
    values: ["{key}", "Changed {n}", "changed.{n}@new.org"],
    shows: { name: "Changed {n}", email: "changed.{n}@new.org" },
  },
]

test("a column is added and filled under load, through every gate, and nothing is lost", async () => {
  const project = await sluice.project({ rows: 4_000, soakMs: 50, keepMs: 50 })
  const application = startApplication({
    name: "application",
    url: project.database.url,
    workload: {
      table: { name: "public.people", key: "id" },
      statements: oldStatements,
      existingKeys: { first: 1, last: 4_000 },
    },
  })
  try {
    await project.start()
    await project.pass("dual-write")
    await application.makes(50)
    await project.pass("switch")
    await project.atGate("contract")
    await application.use(newStatements)
    await application.makes(50)
    await project.pass("contract", "purge")
    await application.makes(50)
    const status = await project.ended("completed")
    expect(status.phase).toBe("complete")
    expect(status.steps.filter(({ state }) => state !== "done")).toEqual([])
    await project.keepHistory("completed")
  } finally {
    await expectUnharmed(application)
  }
  const [left] = await project.database.query("SELECT count(*)::int AS rows FROM public.people WHERE email IS NULL")
  expect(left).toEqual({ rows: 0 })
  const columns = await project.database.query(
    `SELECT attname::text AS name, attnotnull AS required FROM pg_attribute
      WHERE attrelid = 'public.people'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
  )
  expect(columns).toEqual(["id", "name", "email"].map((name) => ({ name, required: true })))
  expect(await new Ledger(sluice.control).verify()).toMatchObject({ valid: true, problem: null })
})

describe("starting", () => {
  test("a plan that runs is refused, one that was aborted runs again, one that is applied is refused", async () => {
    const project = await sluice.project({ rows: 10 })
    const first = await project.start()
    await project.atGate("dual-write")
    await expect(project.start()).rejects.toMatchObject({ code: "RUN_ACTIVE" })
    await project.send("abort")
    await project.ended("aborted")
    const second = await project.start()
    expect(second.run).not.toBe(first.run)
    await project.pass("dual-write", "switch", "contract", "purge")
    await project.ended("completed")
    await expect(project.start()).rejects.toMatchObject({ code: "ALREADY_APPLIED" })
  })

  test("history has as many events for 50,000 rows as for 1,000", async () => {
    const counts: (readonly (string | undefined)[])[] = []
    for (const rows of [1_000, 50_000]) {
      const project = await sluice.project({ rows, gates: auto })
      await project.start()
      await project.ended("completed")
      // The run has ended a moment before its workflow has.
      await project.inTemporal((handle) => handle.result())
      const { events } = await project.history()
      const kinds = (events ?? []).map((event) => Object.keys(event).find((key) => key.endsWith("EventAttributes")))
      // A task more or less is the scheduler's timing, and so is a timer of `keep` that has nothing left to wait.
      counts.push(kinds.filter((kind) => !kind?.startsWith("workflowTask") && !kind?.startsWith("timer")))
    }
    expect(counts[0]?.length).toBeGreaterThan(20)
    expect(counts[1]).toEqual(counts[0])
  })
})

test("a run that continues in a fresh history keeps its decisions, and counts one sent twice once", async () => {
  const project = await sluice.project({ rows: 100, historyBudget: 60 })
  await project.start()
  const first = await project.inTemporal((handle) => handle.describe())
  await project.atGate("dual-write")
  await project.send("proceed", { gate: "dual-write", nonce: "first-decision" })
  await project.atGate("switch")
  await project.send("proceed", { gate: "switch" })
  await project.atGate("contract")
  expect((await project.inTemporal((handle) => handle.describe())).runId).not.toBe(first.runId)
  await project.send("proceed", { nonce: "first-decision" })
  expect((await project.status()).waitingFor).toBe("contract")
  await project.pass("contract", "purge")
  await project.ended("completed")
  await project.keepHistory("continued-first", first.runId)
  await project.keepHistory("continued-last")
  const accepted = await project.entries("decision.accepted")
  expect(accepted.map(({ detail }) => detail["gate"])).toEqual(["dual-write", "switch", "contract", "purge"])
})
