import { expect, onTestFinished, test } from "vitest"
import { RefusedError } from "../../src/domain/errors.ts"
import { AttemptRecorder } from "../../src/ledger/attempts.ts"
import { openControl } from "../../src/ledger/control.ts"
import { storePlan } from "../../src/ledger/plans.ts"
import { createRun, loadRun } from "../../src/ledger/runs.ts"
import { openLedger } from "./open-ledger.ts"
import { samplePlan } from "./sample-plan.ts"
import { openLink } from "./unreliable-link.ts"

const step = "expand/users/add"

async function openRun() {
  const opened = await openLedger()
  const plan = samplePlan()
  await storePlan(opened.control, plan, {})
  const { run } = await createRun(opened.control, { target: "shop", plan, startedBy: "ann", workflowId: "w" })
  const about = { actor: "worker", run, step, attempt: 1, phase: "expand" } as const
  const entries = async () =>
    (await opened.ledger.entriesOf(run)).filter(({ kind }) => kind.startsWith("attempt.")).map((entry) => entry)
  return { ...opened, plan, run, about, entries, statusOf: async () => (await loadRun(opened.control, run)).steps[0] }
}

/** The same control database, reached over a link that can be cut. */
async function openRunOverLink() {
  const opened = await openRun()
  const link = await openLink()
  const control = openControl(link.urlOf(opened.database.url))
  onTestFinished(() => control.close())
  return { ...opened, link, linked: control }
}

test("an attempt stands between an intent and an outcome, and status shows its step", async () => {
  const { control, about, entries, statusOf } = await openRun()
  const during: unknown[] = []
  const work = async () => {
    during.push(
      (await entries()).map(({ kind }) => kind),
      (await statusOf())?.state,
    )
    return { rows: 7 }
  }
  const result = await new AttemptRecorder(control).around(about, work, ({ rows }) => ({ outcome: "observed", rows }))
  expect(result).toEqual({ rows: 7 })
  expect(during).toEqual([["attempt.intent"], "running"])
  const [intent, outcome] = await entries()
  expect(outcome).toMatchObject({ kind: "attempt.outcome", step, attempt: 1 })
  expect(outcome?.detail).toMatchObject({ outcome: "observed", rows: 7, intent: intent?.seq, phase: "expand" })
  expect(await statusOf()).toMatchObject({ state: "done", attempts: 1, error: null })
})

test("a failure is recorded with its finding; an unknown error without its words", async () => {
  const { control, about, entries, statusOf } = await openRun()
  const recorder = new AttemptRecorder(control)
  const refusal = new RefusedError({ code: "SHAPE_DIFFERS", subject: "public.users", message: "other", hint: "look" })
  await expect(
    recorder.around(
      about,
      () => Promise.reject(refusal),
      () => ({}),
    ),
  ).rejects.toBe(refusal)
  expect(await statusOf()).toMatchObject({ state: "failed", attempts: 1, error: { code: "SHAPE_DIFFERS" } })
  const unknown = new TypeError("value ann@example.org is odd")
  await expect(
    recorder.around(
      { ...about, attempt: 2 },
      () => Promise.reject(unknown),
      () => ({}),
    ),
  ).rejects.toBe(unknown)
  expect(await statusOf()).toMatchObject({ state: "failed", attempts: 2, error: { code: "BUG" } })
  const details = JSON.stringify((await entries()).map(({ detail }) => detail))
  expect(details).toContain("SHAPE_DIFFERS")
  expect(details).not.toContain("ann@example.org")
})

test("a cancelled attempt and an undo are told apart from failures", async () => {
  const { control, about, entries, statusOf } = await openRun()
  const recorder = new AttemptRecorder(control)
  const cancelling = new AbortController()
  const work = async () => {
    cancelling.abort(new Error("cancelled by the run"))
    cancelling.signal.throwIfAborted()
  }
  await expect(recorder.around({ ...about, signal: cancelling.signal }, work, () => ({}))).rejects.toThrow("by the run")
  expect((await entries()).at(-1)?.detail).toMatchObject({ outcome: "cancelled" })
  expect(await statusOf()).toMatchObject({ state: "pending", attempts: 1 })
  await recorder.around(
    { ...about, activity: "undoStep" },
    async () => null,
    () => ({}),
  )
  expect((await entries()).at(-1)?.detail).toMatchObject({ outcome: "done", direction: "undo" })
  expect(await statusOf()).toMatchObject({ state: "undone" })
})

test("where the intent can't be recorded, the work doesn't start", async () => {
  const { linked, link, about, entries } = await openRunOverLink()
  await link.cut()
  let began = false
  const work = async () => void (began = true)
  await expect(new AttemptRecorder(linked).around(about, work, () => ({}))).rejects.toMatchObject({
    kind: "TransientError",
    code: "CONTROL_UNREACHABLE",
  })
  expect(began).toBe(false)
  expect(await entries()).toEqual([])
})

test("an outcome that can't be written is sent again, with signs of life, and stands once", async () => {
  const { linked, link, about, entries, ledger } = await openRunOverLink()
  let waited = 0
  const onWaiting = () => {
    if (++waited === 2) void link.mend()
  }
  const result = await new AttemptRecorder(linked).around(
    { ...about, onWaiting },
    () => link.cut(),
    () => ({ rows: 1 }),
  )
  expect(result).toBeUndefined()
  expect(waited).toBeGreaterThanOrEqual(2)
  expect((await entries()).map(({ kind }) => kind)).toEqual(["attempt.intent", "attempt.outcome"])
  expect(await ledger.verify()).toMatchObject({ valid: true })
})

test("an outcome that can't be written in time fails the attempt transiently", async () => {
  const { linked, link, about, entries } = await openRunOverLink()
  const recorder = new AttemptRecorder(linked, { patienceMs: 300 })
  await expect(
    recorder.around(
      about,
      () => link.cut(),
      () => ({}),
    ),
  ).rejects.toMatchObject({
    kind: "TransientError",
    code: "CONTROL_UNREACHABLE",
  })
  expect((await entries()).map(({ kind }) => kind)).toEqual(["attempt.intent"])
})
