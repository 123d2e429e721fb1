import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Ledger } from "../../src/ledger/chain.ts"
import { listOffendingKeys } from "../../src/ledger/offending-keys.ts"
import { expectUnharmed, startApplication, type Statement } from "../harness/live-writer.ts"
import { Sluice } from "../harness/sluice.ts"

const auto = { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" } as const

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

describe("an abort leaves everything as it was", () => {
  for (const gate of ["dual-write", "switch", "contract", "purge"] as const) {
    test(`at the gate ${gate}`, async () => {
      const project = await sluice.project({ rows: 300 })
      const before = await project.dump()
      await project.start()
      await project.goTo(gate)
      expect(await project.dump()).not.toEqual(before)
      await project.send("abort", { reason: "test" })
      await project.ended("aborted")
      expect(await project.dump()).toEqual(before)
    })
  }

  test("in the middle of the backfill", async () => {
    const project = await sluice.project({ rows: 3_000 })
    const before = await project.dump()
    await project.start()
    await project.atGate("dual-write")
    const held = await project.hold("SELECT FROM public.people WHERE id = 1500 FOR UPDATE")
    await project.pass("dual-write")
    await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
    await project.send("abort")
    await held.release()
    await project.ended("aborted")
    await project.keepHistory("aborted-in-backfill")
    expect(await project.dump()).toEqual(before)
  })

  test("while the hidden shape is kept", async () => {
    const project = await sluice.project({ rows: 300, keepMs: 600_000 })
    const before = await project.dump()
    await project.start()
    await project.pass("dual-write", "switch", "contract")
    await project.until("keep", ({ phase }) => phase === "keep")
    await project.send("abort")
    await project.ended("aborted")
    await project.keepHistory("aborted-in-keep")
    expect(await project.dump()).toEqual(before)
  })

  test("before anything was begun, at a failed precheck", async () => {
    const project = await sluice.project({ rows: 10, operations: emailOf("nullif(name, 'Person 7')") })
    const before = await project.dump()
    await project.start()
    await project.until("needs-operator", ({ state }) => state === "needs-operator")
    await project.send("abort")
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })

  test("where Temporal itself cancels the workflow", async () => {
    const project = await sluice.project({ rows: 300 })
    const before = await project.dump()
    await project.start()
    await project.goTo("switch")
    await project.inTemporal((handle) => handle.cancel())
    await project.ended("aborted")
    await project.keepHistory("cancelled-by-temporal")
    expect(await project.dump()).toEqual(before)
  })

  test("and a second abort while it unwinds is refused, also where an undo has stopped", async () => {
    const project = await sluice.project({ rows: 300, limits: { lockBudgetMs: 300, lockTimeoutMs: 50 } })
    const before = await project.dump()
    await project.start()
    await project.goTo("switch")
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await project.send("abort")
    await expect(project.send("abort")).rejects.toMatchObject({ code: "ALREADY_ABORTING" })
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped.findings.map(({ code }) => code)).toEqual(["LOCK_BUDGET"])
    await expect(project.send("abort")).rejects.toMatchObject({ code: "ALREADY_ABORTING" })
    await held.release()
    await project.send("retry")
    await project.ended("aborted")
    await project.keepHistory("undo-stopped")
    expect(await project.dump()).toEqual(before)
  })
})

describe("decisions", () => {
  test("proceed for a gate that isn't open is refused and stands in the ledger", async () => {
    const project = await sluice.project({ rows: 10 })
    await project.start()
    await project.atGate("dual-write")
    await expect(project.send("proceed", { gate: "contract", reason: "too early" })).rejects.toMatchObject({
      code: "GATE_NOT_OPEN",
    })
    const refused = await project.entries("decision.refused")
    expect(refused.map(({ actor, detail }) => ({ actor, gate: detail["gate"], reason: detail["reason"] }))).toEqual([
      { actor: "tester", gate: "contract", reason: "too early" },
    ])
    await project.send("abort")
    await project.ended("aborted")
  })

  test("plain signals do what updates do, and a malformed one does nothing", async () => {
    const project = await sluice.project({ rows: 10, gates: { ...auto, "dual-write": "manual", switch: "manual" } })
    await project.start()
    await project.atGate("dual-write")
    await project.signal("proceed", { actor: "" })
    await project.signal("proceed", { gate: "switch" })
    await project.signal("proceed", { gate: "dual-write", actor: "robot" })
    await project.atGate("switch")
    await project.signal("proceed", {})
    await project.ended("completed")
    await project.keepHistory("steered-by-signals")
    const accepted = await project.entries("decision.accepted")
    const bySignal = accepted.filter(({ detail }) => detail["by"] === "signal")
    expect(bySignal.map(({ actor, detail }) => [actor, detail["gate"]])).toEqual([
      ["robot", "dual-write"],
      ["somebody", "switch"],
    ])
    expect((await project.entries("decision.refused")).map(({ detail }) => detail["gate"])).toEqual(["switch"])
  })

  test("a pause reaches the backfill, and nothing goes on before it is resumed", async () => {
    const project = await sluice.project({ rows: 1_000, schema: slowUpdates, limits: { batchDurationMs: 20 } })
    await project.start()
    await project.pass("dual-write")
    await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
    await project.send("pause")
    await project.until("a resting backfill", ({ backfill }) => backfill?.throttledBy === "paused")
    expect((await project.status()).state).toBe("paused")
    const [left] = await project.database.query("SELECT FROM public.people WHERE email IS NULL LIMIT 1")
    expect(left).toBeDefined()
    await expect(project.send("proceed")).rejects.toMatchObject({ code: "RUN_PAUSED" })
    await project.send("resume")
    await project.atGate("switch")
    await project.send("abort")
    await project.ended("aborted")
    await project.keepHistory("paused-in-backfill")
  })

  test("a pause before the target knows the run holds it as well", async () => {
    const project = await sluice.project({ rows: 10, operations: emailOf("nullif(name, 'Person 7')") })
    await project.start()
    await project.until("needs-operator", ({ state }) => state === "needs-operator")
    await project.send("pause")
    await project.database.query("UPDATE public.people SET name = 'Seven' WHERE id = 7")
    await project.send("retry")
    await project.until("paused", ({ state }) => state === "paused")
    await project.send("resume")
    await project.atGate("dual-write")
    await project.send("abort")
    await project.ended("aborted")
  })
})

describe("a step that stops", () => {
  test("a row that the new shape can't hold is found before anything is touched, listed by key, and tried again", async () => {
    const project = await sluice.project({ rows: 10, operations: emailOf("nullif(name, 'Person 7')"), gates: auto })
    const before = await project.dump()
    await project.start()
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped.findings.some(({ severity }) => severity === "error")).toBe(true)
    expect((await listOffendingKeys(sluice.control, project.run)).flatMap(({ keys }) => keys)).toEqual(["7"])
    expect(await project.dump()).toEqual(before)
    await expect(project.send("skip", { reason: "no" })).rejects.toMatchObject({ code: "NOT_A_CHOICE" })
    await project.database.query("UPDATE public.people SET name = 'Seven' WHERE id = 7")
    await project.send("retry")
    await project.ended("completed")
  })

  test("a lock held beyond the budget asks a person, names the blocker, and is tried again", async () => {
    const project = await sluice.project({
      rows: 10,
      gates: auto,
      limits: { lockBudgetMs: 300, lockTimeoutMs: 50 },
    })
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await project.start()
    const stopped = await project.until("needs-operator", ({ state }) => state === "needs-operator")
    expect(stopped.findings.map(({ code }) => code)).toEqual(["LOCK_BUDGET"])
    expect(stopped.findings[0]?.message).toContain("application somebody")
    expect(stopped.choices[0]).toBe(`sluice retry ${project.run}`)
    await held.release()
    await project.send("retry")
    await project.ended("completed")
    await project.keepHistory("retried-after-lock-budget")
  })

  test("leaving it out needs a reason, which stands in the ledger", async () => {
    const project = await sluice.project({
      rows: 10,
      gates: auto,
      operations: `\n  - sql: {up: "CREATE TABLE extra (id bigint)", down: "DROP TABLE extra"}\n`,
    })
    const taken = await project.hold("CREATE TABLE public.extra (id bigint)")
    await project.start()
    await project.until("the step", ({ phase }) => phase === "expand")
    await taken.commit()
    await project.until("needs-operator", ({ state }) => state === "needs-operator")
    await expect(project.send("skip")).rejects.toMatchObject({ code: "REASON_MISSING" })
    await project.send("skip", { reason: "the table is there" })
    const status = await project.ended("completed")
    await project.keepHistory("skipped")
    expect(status.steps.filter(({ phase }) => phase === "expand").map(({ state }) => state)).toEqual(["skipped"])
    const skips = (await project.entries("decision.accepted")).filter(({ detail }) => detail["verb"] === "skip")
    expect(skips.map(({ detail }) => detail["reason"])).toEqual(["the table is there"])
  })
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
      const { events } = await project.history()
      const kinds = (events ?? []).map((event) => Object.keys(event).find((key) => key.endsWith("EventAttributes")))
      // A task more or less is the scheduler's timing.
      counts.push(kinds.filter((kind) => !kind?.startsWith("workflowTask")))
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

describe("a run whose workflow was terminated from outside", () => {
  test("is found, and goes on where it stood after retry", async () => {
    const project = await sluice.project({ rows: 300 })
    await project.start()
    await project.goTo("switch")
    await project.inTemporal((handle) => handle.terminate("test"))
    const status = await project.status()
    expect(status.findings.map(({ code }) => code)).toContain("ORPHANED")
    expect(status.choices).toEqual([`sluice retry ${project.run}`, `sluice abort ${project.run}`])
    await expect(project.send("proceed")).rejects.toMatchObject({ code: "ORPHANED" })
    await project.send("retry", { reason: "somebody terminated it" })
    await project.pass("switch", "contract", "purge")
    const ended = await project.ended("completed")
    await project.keepHistory("adopted-to-continue")
    expect(ended.steps.map(({ attempts }) => attempts)).toEqual(ended.steps.map(() => 1))
  })

  test("in the middle of the backfill, and is undone by abort", async () => {
    const project = await sluice.project({ rows: 3_000 })
    const before = await project.dump()
    await project.start()
    await project.atGate("dual-write")
    const held = await project.hold("SELECT FROM public.people WHERE id = 1500 FOR UPDATE")
    await project.pass("dual-write")
    await project.until("rows filled", ({ backfill }) => (backfill?.rowsDone ?? 0) > 0)
    await project.inTemporal((handle) => handle.terminate("test"))
    expect((await project.status()).findings.map(({ code }) => code)).toContain("ORPHANED")
    await project.send("abort", { reason: "undo it" })
    await held.release()
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
    expect((await project.entries("run.adopted")).map(({ detail }) => detail["verb"])).toEqual(["abort"])
  })

  test("before it had touched anything, and is undone by abort", async () => {
    const project = await sluice.project({ rows: 10, operations: emailOf("nullif(name, 'Person 7')") })
    const before = await project.dump()
    await project.start()
    await project.until("needs-operator", ({ state }) => state === "needs-operator")
    await project.inTemporal((handle) => handle.terminate("test"))
    await project.send("abort")
    await project.ended("aborted")
    await project.keepHistory("adopted-to-abort")
    expect(await project.dump()).toEqual(before)
  })

  test("while it unwinds, and goes on unwinding after retry", async () => {
    const project = await sluice.project({ rows: 300 })
    const before = await project.dump()
    await project.start()
    await project.goTo("contract")
    const held = await project.hold("SELECT FROM public.people LIMIT 1")
    await project.send("abort")
    await project.inTemporal((handle) => handle.terminate("test"))
    await project.send("retry")
    await held.release()
    await project.ended("aborted")
    expect(await project.dump()).toEqual(before)
  })
})

/** A table whose rows take their time, so that a backfill can be met in the middle. */
const slowUpdates = `
  CREATE FUNCTION public.take_time() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_sleep(0.002); RETURN NEW; END $$;
  CREATE TRIGGER take_time BEFORE UPDATE ON public.people FOR EACH ROW EXECUTE FUNCTION public.take_time();
  ALTER TABLE public.people ENABLE ALWAYS TRIGGER take_time;`

function emailOf(up: string): string {
  return `
  - add_column:
      table: people
      column: {name: email, type: text, nullable: false}
      up: "${up}"
`
}
