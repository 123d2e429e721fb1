import { describe, expect, onTestFinished, test } from "vitest"
import { RefusedError } from "../../src/domain/errors.ts"
import { AttemptRecorder, type AttemptOf } from "../../src/ledger/attempts.ts"
import { openControl } from "../../src/ledger/control.ts"
import { storePlan } from "../../src/ledger/plans.ts"
import { createRun, loadRun, setProgress } from "../../src/ledger/runs.ts"
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

describe("a worker that was frozen and wakes up when a later attempt has gone on", () => {
  /** An attempt whose work ends when it is told to; by then its intent stands. */
  async function begin(recorder: AttemptRecorder, about: AttemptOf) {
    let began = (): void => {}
    let end: (outcome: Promise<void>) => void = () => {}
    const hasBegun = new Promise<void>((resolve) => void (began = resolve))
    const work = new Promise<void>((resolve) => void (end = resolve))
    const done = recorder.around(
      about,
      () => {
        began()
        return work
      },
      () => ({}),
    )
    await hasBegun
    return { end, done }
  }

  test("rewrites nothing that status shows, but its outcome stands in the ledger", async () => {
    const { control, about, run, entries, statusOf } = await openRun()
    const recorder = new AttemptRecorder(control)
    const cancelling = new AbortController()
    const frozen = await begin(recorder, { ...about, decidedAt: 5_000, signal: cancelling.signal })
    const second = { ...about, attempt: 2, decidedAt: 5_000 }
    await recorder.around(
      second,
      async () => {},
      () => ({}),
    )
    cancelling.abort(new Error("the heartbeat was missed"))
    frozen.end(Promise.reject(new Error("cancelled")))
    await expect(frozen.done).rejects.toThrow("cancelled")
    expect(await statusOf()).toMatchObject({ state: "done", attempts: 2, error: null })
    expect((await entries()).at(-1)).toMatchObject({ attempt: 1, detail: { outcome: "cancelled" } })

    // Frozen before its very intent: the phase doesn't go backwards either.
    const next = { ...about, step: "contract/hide", phase: "contract" as const, decidedAt: 90_000 }
    await recorder.around(
      next,
      async () => {},
      () => ({}),
    )
    await recorder.around(
      { ...about, decidedAt: 5_000 },
      async () => {},
      () => ({}),
    )
    const status = await loadRun(control, run)
    expect(status.phase).toBe("contract")
    expect(status.steps.map(({ state, attempts }) => [state, attempts])).toEqual([
      ["done", 3],
      ["done", 1],
    ])
  })

  test("doesn't stand in the way of the same step tried again by a person's decision", async () => {
    const { control, about, statusOf } = await openRun()
    const recorder = new AttemptRecorder(control)
    const failing = (decidedAt: number, attempt: number) =>
      recorder
        .around(
          { ...about, decidedAt, attempt },
          () => Promise.reject(new Error("no")),
          () => ({}),
        )
        .catch(() => {})
    await failing(5_000, 1)
    await failing(5_000, 7)
    expect((await statusOf())?.state).toBe("failed")
    await recorder.around(
      { ...about, decidedAt: 9_000, attempt: 1 },
      async () => {},
      () => ({}),
    )
    expect((await statusOf())?.state).toBe("done")
  })

  test("tells nothing of blockers and progress any more", async () => {
    const { control, about, run, plan } = await openRun()
    const [step] = plan.steps.map(({ id }) => id)
    await new AttemptRecorder(control).around(
      { ...about, decidedAt: 9_000 },
      async () => {},
      () => ({}),
    )
    const progress = { table: "t", rowsDone: 1, rowsTotal: 2, rowsPerSecond: 1, etaSeconds: 1, throttledBy: null }
    await setProgress(control, run, progress, { step: step ?? "", place: { decidedAt: 5_000, attempt: 1 } })
    expect((await loadRun(control, run)).backfill).toBeNull()
    await setProgress(control, run, progress, { step: step ?? "", place: { decidedAt: 9_000, attempt: 1 } })
    expect((await loadRun(control, run)).backfill).toEqual(progress)
  })
})
