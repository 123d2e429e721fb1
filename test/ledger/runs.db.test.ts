import { expect, test } from "vitest"
import type { Finding } from "../../src/domain/finding.ts"
import { storePlan } from "../../src/ledger/plans.ts"
import { createRun, finishRun, listRuns, loadRun, setBlockers, setFindings } from "../../src/ledger/runs.ts"
import { setProgress, setRunState, stepBegan, stepEnded } from "../../src/ledger/runs.ts"
import { openLedger } from "./open-ledger.ts"
import { samplePlan } from "./sample-plan.ts"

const plan = samplePlan()
const warning: Finding = { code: "LONG_TRANSACTION", severity: "warning", subject: "pid 7", message: "open for long" }

async function openRuns() {
  const opened = await openLedger()
  await storePlan(opened.control, plan, {})
  const start = () => createRun(opened.control, { target: "shop", plan, startedBy: "ann", workflowId: "w" })
  const kinds = async (run: string) => (await opened.ledger.entriesOf(run)).map((entry) => entry.kind)
  return { ...opened, start, kinds }
}

test("of several that start the same plan at once one gets a run; names are counted without gaps", async () => {
  const { start, control } = await openRuns()
  for (const number of [1, 2, 3]) {
    const answers = await Promise.allSettled(Array.from({ length: 8 }, start))
    const [run, ...others] = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.run] : []))
    expect([run, others]).toEqual([`shop-${plan.hash.slice(0, 8)}-${number}`, []])
    const refusals = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []))
    expect(refusals).toEqual(refusals.map(() => expect.objectContaining({ code: "RUN_ACTIVE" })))
    expect(refusals).toContainEqual(expect.objectContaining({ finding: expect.objectContaining({ subject: run }) }))
    await finishRun(control, { run: run ?? "" }, { state: "aborted", reason: null })
  }
  expect((await listRuns(control)).length).toBe(3)
  expect((await listRuns(control, { target: "other" })).length).toBe(0)
})

test("a run never gets the name of one that the target's journal knows from elsewhere", async () => {
  const { start, control } = await openRuns()
  const prefix = `shop-${plan.hash.slice(0, 8)}-`
  const taken = [`${prefix}7`, `${prefix}old`, "shop-00000000-99"]
  const input = { target: "shop", plan, startedBy: "ann", workflowId: "w", taken }
  const { run } = await createRun(control, input)
  expect(run).toBe(`${prefix}8`)
  await finishRun(control, { run }, { state: "aborted", reason: null })
  expect(await start()).toEqual({ run: `${prefix}9` })
})

test("status answers everything about a run from the control database alone", async () => {
  const { start, control } = await openRuns()
  const { run } = await start()
  const step = "expand/users/add"
  const progress = {
    table: "public.users",
    rowsDone: 5,
    rowsTotal: 10,
    rowsPerSecond: 2.5,
    etaSeconds: 2,
    throttledBy: null,
  }
  const blocker = {
    pid: 7,
    relation: "public.users",
    user: "app",
    application: null,
    state: "active",
    transactionMs: 9,
    query: null,
  }
  await stepBegan(control, run, step)
  await stepEnded(control, run, step, { state: "failed", error: { ...warning, severity: "error" } })
  await stepBegan(control, run, step)
  await setProgress(control, run, progress)
  await setBlockers(control, run, [blocker])
  await setFindings(control, run, [warning])
  await setRunState(control, { run }, { state: "waiting", phase: "switch", waitingFor: "switch", findings: [warning] })
  const status = await loadRun(control, run)
  expect(status).toMatchObject({
    run,
    target: "shop",
    revisions: ["0001_first"],
    strategy: "expand-contract",
    planHash: plan.hash,
    workflowId: "w",
    state: "waiting",
    phase: "switch",
    waitingFor: "switch",
    endedAt: null,
    startedBy: "ann",
    backfill: progress,
    blockers: [blocker],
    findings: [warning],
    choices: [`sluice proceed ${run} --gate switch`, `sluice abort ${run}`],
  })
  expect(status.steps).toMatchObject([
    { id: step, phase: "expand", state: "running", attempts: 2, endedAt: null, error: null },
    { id: "contract/hide", phase: "contract", state: "pending", attempts: 0, startedAt: null },
  ])
})

test("a step's time ends with its own work, not with its undo", async () => {
  const { start, control } = await openRuns()
  const { run } = await start()
  await stepBegan(control, run, "expand/users/add")
  await stepEnded(control, run, "expand/users/add", { state: "done", error: null })
  const endedAt = async () => (await loadRun(control, run)).steps[0]?.endedAt
  const done = await endedAt()
  await stepEnded(control, run, "expand/users/add", { state: "undone", error: null })
  expect(await endedAt()).toBe(done)
})

test("the end of a step clears who stood in its way", async () => {
  const { start, control } = await openRuns()
  const { run } = await start()
  await setBlockers(control, run, [
    { pid: 7, relation: "r", user: null, application: null, state: null, transactionMs: null, query: null },
  ])
  await stepEnded(control, run, "expand/users/add", { state: "done", error: null })
  expect(await loadRun(control, run)).toMatchObject({ blockers: [], steps: [{ state: "done" }, { state: "pending" }] })
})

test("a change of state is one entry, however often it is told; an ended run stays ended", async () => {
  const { start, control, kinds } = await openRuns()
  const { run } = await start()
  const waiting = { state: "waiting", phase: "contract", waitingFor: "contract", findings: [] } as const
  await setRunState(control, { run }, waiting)
  await setRunState(control, { run }, waiting)
  await finishRun(control, { run }, { state: "aborted", reason: "not today" })
  await finishRun(control, { run }, { state: "aborted", reason: "not today" })
  await setRunState(control, { run }, waiting)
  expect(await kinds(run)).toEqual(["run.started", "run.state", "run.ended"])
  expect(await loadRun(control, run)).toMatchObject({
    state: "aborted",
    phase: "contract",
    waitingFor: null,
    choices: [],
  })
  expect((await loadRun(control, run)).endedAt).not.toBeNull()
  expect(await listRuns(control, { open: true })).toEqual([])
})

test("a state that comes later than what was decided after it changes nothing, and is no entry", async () => {
  const { start, control, kinds } = await openRuns()
  const { run } = await start()
  const at = (decidedAt: number) => ({ decidedAt, attempt: 1 })
  const stopped = { state: "needs-operator", phase: "expand", waitingFor: null, findings: [] } as const
  await setRunState(control, { run }, { ...stopped, place: at(5_000) })
  await setRunState(control, { run }, { ...stopped, state: "aborting", place: at(9_000) })
  await setRunState(control, { run }, { ...stopped, place: at(5_000) })
  expect((await loadRun(control, run)).state).toBe("aborting")
  expect(await kinds(run)).toEqual(["run.started", "run.state", "run.state"])
  // A person's command bears no such time.
  await setRunState(control, { run }, { ...stopped, state: "running" })
  expect((await loadRun(control, run)).state).toBe("running")
})

// Seen before: a precheck that an abort cut short told what it had found after it, and the aborted run ended with that.
test("what an attempt on the way forward tells beside an abort doesn't take the abort back", async () => {
  const { start, control, kinds } = await openRuns()
  const { run } = await start()
  const place = (decidedAt: number) => ({ decidedAt, attempt: 1 })
  const at = { phase: "precheck", waitingFor: null, findings: [] } as const
  const found = [{ code: "RUN_NAME_TAKEN", severity: "error", subject: run, message: "taken" }] as const
  await setRunState(control, { run }, { ...at, state: "aborting", place: place(9_000) })
  await setRunState(control, { run }, { ...at, state: "running", findings: found, place: place(8_900) })
  await setRunState(control, { run }, { ...at, state: "waiting", waitingFor: "switch", place: place(9_000) })
  expect(await loadRun(control, run)).toMatchObject({ state: "aborting", findings: [] })
  expect(await kinds(run)).toEqual(["run.started", "run.state"])
  // What the way back itself tells counts.
  const gate = "new-writers-gone"
  await setRunState(control, { run }, { ...at, state: "waiting", waitingFor: gate, place: place(9_100) })
  expect(await loadRun(control, run)).toMatchObject({ state: "waiting", waitingFor: gate })
})

// Seen before: where Temporal's clock had been ahead for a moment, status showed nothing new until that time had come.
test("what was told of a time that hasn't come doesn't keep out what is told now", async () => {
  const { start, control } = await openRuns()
  const { run } = await start()
  const ahead = { decidedAt: Date.now() + 86_400_000, attempt: 1 }
  const now = (): { decidedAt: number; attempt: number } => ({ decidedAt: Date.now() + 1_500, attempt: 1 })
  const at = { phase: "expand", waitingFor: null, findings: [] } as const
  await setRunState(control, { run }, { ...at, state: "running", place: ahead })
  await setRunState(control, { run }, { ...at, state: "needs-operator", place: now() })
  expect((await loadRun(control, run)).state).toBe("needs-operator")
  const [step] = plan.steps
  if (!step) throw new Error("the sample plan has steps")
  await stepBegan(control, run, step.id, ahead)
  await stepEnded(control, run, step.id, { state: "done", error: null }, now())
  expect((await loadRun(control, run)).steps[0]?.state).toBe("done")
  await control.query("UPDATE sluice_control.run SET told_at = $1", [ahead.decidedAt])
  await setRunState(control, { run }, { ...at, state: "running", place: now() })
  expect((await loadRun(control, run)).state).toBe("running")
})

test("a run that doesn't exist is a UserError", async () => {
  const { control } = await openRuns()
  await expect(loadRun(control, "shop-0")).rejects.toMatchObject({ kind: "UserError", code: "RUN_NOT_FOUND" })
})

test("a run's steps say which of them are for the way back alone", async () => {
  const { control } = await openRuns()
  const [first, second] = plan.steps
  if (!first || !second) throw new Error("the sample plan has two steps")
  const other = samplePlan({ steps: [first, { ...second, back: true }] })
  await storePlan(control, other, {})
  const { run } = await createRun(control, { target: "shop", plan: other, startedBy: "ann", workflowId: "w" })
  expect((await loadRun(control, run)).steps.map(({ back }) => back)).toEqual([false, true])
})
