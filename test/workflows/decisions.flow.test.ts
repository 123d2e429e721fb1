import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { App } from "../../src/app/context.ts"
import { start } from "../../src/app/start.ts"
import { steer } from "../../src/app/steer.ts"
import { listOffendingKeys } from "../../src/ledger/offending-keys.ts"
import { listRuns } from "../../src/ledger/run-status.ts"
import { eventually } from "../execution/setting.ts"
import { Sluice } from "../harness/sluice.ts"
import { auto, emailOf, slowUpdates } from "./changes.ts"

let sluice: Sluice
beforeAll(async () => {
  sluice = await Sluice.begin()
})
afterAll(() => sluice?.end())

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

  // Who lets a run through a gate has seldom read the plan's warnings of days ago.
  test("a gate says once more what the plan has foretold of that which begins behind it", async () => {
    const project = await sluice.project({
      rows: 10,
      operations: `${emailOf("lower(name)")}
  - drop_column: {table: people, column: name, down: "nullif(email, '')"}
`,
    })
    await project.start()
    const toldAt = async (gate: "dual-write" | "switch" | "contract") =>
      (await project.atGate(gate)).findings.map(({ code }) => code).filter((code) => !code.startsWith("STRAGGLERS"))
    expect(await toldAt("dual-write")).toEqual([])
    await project.send("proceed", { gate: "dual-write" })
    expect(await toldAt("switch")).toEqual(["NEW_WRITES_MAY_FAIL"])
    await project.send("proceed", { gate: "switch" })
    expect(await toldAt("contract")).toEqual(["REQUIRED_FROM_CONTRACT"])
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

  test("one nonce for two verbs: both count, and the same one sent again counts once", async () => {
    const project = await sluice.project({ rows: 10 })
    await project.start()
    await project.atGate("dual-write")
    const nonce = "incident 7"
    expect(await project.send("pause", { nonce })).toMatchObject({ state: "paused" })
    expect(await project.send("resume", { nonce })).toMatchObject({ state: "waiting" })
    await project.signal("pause", { nonce })
    expect(await project.send("abort", { nonce })).toMatchObject({ state: "aborting" })
    await project.ended("aborted")
    const accepted = (await project.entries("decision.accepted")).map(({ detail }) => detail["verb"])
    expect(accepted).toEqual(["pause", "resume", "abort"])
    await project.keepHistory("one-nonce-for-several")
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
  test("a run that was started for another database than its worker's touches nothing", async () => {
    const project = await sluice.project({ rows: 10 })
    const elsewhere = await sluice.project({ rows: 10 })
    const before = await project.dump()
    const targets = { [project.target.name]: { ...project.target, url: elsewhere.target.url } }
    const terminal = new App({ ...project.app.config, targets }, project.app)
    await start(terminal, { target: project.target.name })
    const status = async () => (await listRuns(sluice.control, { target: project.target.name }))[0]
    await eventually(async () => (await status())?.state === "needs-operator")
    expect((await status())?.findings).toMatchObject([{ code: "TARGET_DIFFERS" }])
    expect(await project.dump()).toEqual(before)
    await steer(terminal, { run: (await status())?.run ?? "", verb: "abort" })
    await eventually(async () => (await status())?.state === "aborted")
    await terminal.close()
  })

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

  test("can't be left out where what comes after rests on it: dual write, the end of the old shape, its dropping", async () => {
    const project = await sluice.project({ rows: 10, limits: { lockBudgetMs: 300, lockTimeoutMs: 50 } })
    const stopped = async (begin: () => Promise<unknown>): Promise<readonly string[]> => {
      const held = await project.hold("SELECT FROM public.people LIMIT 1")
      await begin()
      const { choices } = await project.until("needs-operator", ({ state }) => state === "needs-operator")
      await expect(project.send("skip", { reason: "hurry" })).rejects.toMatchObject({ code: "NOT_A_CHOICE" })
      await held.release()
      await project.send("retry")
      return choices
    }
    const [retry, abort] = [() => `sluice retry ${project.run}`, () => `sluice abort ${project.run}`]
    expect(await stopped(() => project.start())).toEqual([retry(), abort()])
    await project.pass("dual-write", "switch")
    await project.atGate("contract")
    expect(await stopped(() => project.send("proceed"))).toEqual([retry(), abort()])
    await project.atGate("purge")
    expect(await stopped(() => project.send("proceed"))).toEqual([retry(), `sluice undo ${project.run}`])
    const { steps } = await project.ended("completed")
    expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(["done"]))
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
