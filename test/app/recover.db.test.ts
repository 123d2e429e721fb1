import { afterEach, beforeEach, expect, test } from "vitest"
import { makePlan } from "../../src/app/make-plan.ts"
import { plan } from "../../src/app/plan.ts"
import { recover } from "../../src/app/recover.ts"
import { showStatus } from "../../src/app/status.ts"
import { tune } from "../../src/app/tune.ts"
import { hiddenColumnsOf, uninstall } from "../../src/app/uninstall.ts"
import type { SqlStep } from "../../src/domain/step.ts"
import { registerRun, setRunState } from "../../src/execution/journal.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { createRun, finishRun } from "../../src/ledger/runs.ts"
import { attemptOf, Witness } from "../execution/setting.ts"
import { dumpOf } from "../harness/dump.ts"
import { Bench } from "./bench.ts"

let bench: Bench
beforeEach(async () => {
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
})
afterEach(() => bench.end())

const run = "shop-01234567-1"

/** A run that somebody else's control database knows has expanded the table. */
async function expandFromElsewhere() {
  const app = await bench.app()
  const target = app.target("shop")
  const { plan: made } = await makePlan(app, { target: "shop" })
  await app.inTarget(target, "test", (session) => registerRun(session, { run, plan: made, workflowId: "w" }))
  const expand = made.steps.filter((step) => step.action === "sql" && step.phase === "expand")
  for (const step of expand) await performStep({ run, plan: made, target }, step as SqlStep, attemptOf(), new Witness())
  return { app, target, made }
}

test("a run that only the target knows is named as another's, undone by its journal, and may then be begun anew", async () => {
  const before = await dumpOf(bench.target)
  const { app, made } = await expandFromElsewhere()
  expect(await dumpOf(bench.target)).not.toEqual(before)
  const refused = {
    code: "RUN_ACTIVE",
    message: expect.stringContaining("another control database"),
    finding: { hint: expect.stringContaining(`sluice recover ${run} --target shop`) },
  }
  await expect(plan(app, { target: "shop" })).rejects.toMatchObject(refused)
  await expect(uninstall(app, "shop")).rejects.toMatchObject(refused)
  const summaries = made.steps.filter(({ phase }) => phase === "expand").map(({ summary }) => summary)
  expect(await recover(app, { run, target: "shop" })).toEqual({
    run,
    state: "aborted",
    undone: summaries.toReversed(),
    left: [],
    workflow: { id: "w", end: "unasked" },
  })
  expect(await dumpOf(bench.target)).toEqual(before)
  expect((await plan(app, { target: "shop" })).findings.map(({ code }) => code)).not.toContain("RUN_CONFLICT")
  await expect(recover(app, { run, target: "shop" })).rejects.toMatchObject({ code: "RUN_ENDED" })
})

test("one that can't be undone any more gives its place up, and what stays is named", async () => {
  const { app, target } = await expandFromElsewhere()
  await app.inTarget(target, "test", (session) => setRunState(session, run, "contracted"))
  await bench.target.query("ALTER TABLE people ADD COLUMN _sluice_0000_x_nick text")
  const { state, undone, left } = await recover(app, { run, target: "shop" })
  expect([state, undone]).toEqual(["completed", []])
  expect(left.join("\n")).toMatch(
    /done: Begin dual write.*\n(.*\n)*trigger .* of public\.people\n(.*\n)*column _sluice_filled/,
  )
  expect(left.join("\n")).not.toContain("On the way back")
  expect(left.at(-1)).toBe("hidden column _sluice_0000_x_nick of public.people, with its data")
  expect((await uninstall(app, "shop")).at(-1)).toBe("schema sluice")
  expect(await hiddenColumnsOf(app, "shop")).toEqual(["hidden column _sluice_0000_x_nick of public.people"])
})

test("a run that this control database knows is aborted in order, not recovered", async () => {
  const app = await bench.app()
  const { plan: made } = await plan(app, { target: "shop" })
  const known = await createRun(await app.control(), { target: "shop", plan: made, startedBy: "t", workflowId: "w" })
  await expect(recover(app, { run: known.run, target: "shop" })).rejects.toMatchObject({ code: "RUN_KNOWN" })
  await expect(recover(app, { run: "shop-00000000-1", target: "shop" })).rejects.toMatchObject({ code: "RUN_UNKNOWN" })
})

test("a run that bears the name of one that has ended here is another's all the same, and recovered as such", async () => {
  const app = await bench.app()
  const target = app.target("shop")
  const control = await app.control()
  const { plan: made } = await plan(app, { target: "shop" })
  const known = await createRun(control, { target: "shop", plan: made, startedBy: "t", workflowId: "w" })
  const theirs = { ...known, plan: made, workflowId: "w", control: "theirs" }
  await app.inTarget(target, "test", (session) => registerRun(session, theirs))
  const taken = { code: "RUN_NAME_TAKEN", finding: { hint: expect.stringContaining(`sluice abort ${known.run}`) } }
  await expect(tune(app, known.run, ["restRatio=1"])).rejects.toMatchObject(taken)
  await finishRun(control, known, { state: "aborted", reason: null })
  expect((await showStatus(app, known.run)).findings).toEqual([])
  await expect(plan(app, { target: "shop" })).rejects.toMatchObject({
    code: "RUN_ACTIVE",
    message: expect.stringContaining("another control database"),
    finding: { hint: expect.stringContaining(`sluice recover ${known.run} --target shop`) },
  })
  expect(await recover(app, { ...known, target: "shop" })).toMatchObject({ state: "aborted", left: [] })
  await plan(app, { target: "shop" })
})

test("a plan whose relations another run is at work on says so beforehand", async () => {
  const { app } = await expandFromElsewhere()
  const other =
    "id: 0001_other\ntitle: Other\noperations:\n  - add_column: {table: people, column: {name: age, type: int, nullable: true}}\n"
  bench.write("0001_email.yaml", other)
  const { findings } = await plan(app, { target: "shop" })
  expect(findings).toContainEqual(expect.objectContaining({ code: "RUN_CONFLICT", severity: "warning" }))
})
