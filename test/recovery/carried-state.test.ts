import { expect, test } from "vitest"
import type { LedgerEntry, EntryKind } from "../../src/domain/ledger-entry.ts"
import { carriedStateOf, type LostRun } from "../../src/recovery/carried-state.ts"
import { samplePlan } from "../ledger/sample-plan.ts"

const plan = samplePlan()
const [first, second] = plan.steps.map(({ id }) => id)

function entry(kind: EntryKind, detail: LedgerEntry["detail"], step: string | null = null): LedgerEntry {
  const chain = { previousHash: "0", hash: "1" }
  return { seq: 1, at: "2026-01-01T00:00:00.000Z", actor: "ada", kind, run: "r", step, attempt: 1, detail, ...chain }
}

function lost(part: Partial<LostRun>): LostRun {
  return { plan, registered: true, journal: [], entries: [], backedUp: true, skipped: [], ...part }
}

test("a step that began and never got to its journal row is undone as well", () => {
  const state = carriedStateOf(lost({ entries: [entry("attempt.intent", {}, first ?? "")] }))
  expect(state.begun).toEqual([first])
  expect(state.done).toEqual([])
})

test("a step that was done and undone again counts as neither", () => {
  const at = new Date(0)
  const journal = [
    { step: first ?? "", direction: "do" as const, at },
    { step: second ?? "", direction: "do" as const, at },
    { step: second ?? "", direction: "undo" as const, at },
  ]
  const state = carriedStateOf(lost({ journal }))
  expect(state.begun).toEqual([first])
  expect(state.done).toEqual([first])
})

test("a pause outlives the workflow that was paused, until somebody resumes it", () => {
  const pause = entry("decision.accepted", { verb: "pause" })
  expect(carriedStateOf(lost({ entries: [pause] })).paused).toBe(true)
  expect(carriedStateOf(lost({ entries: [pause, entry("decision.accepted", { verb: "resume" })] })).paused).toBe(false)
})

test("gates stay passed, refused decisions count for nothing, and a nonce is remembered", () => {
  const entries = [
    entry("decision.accepted", { verb: "proceed", gate: "dual-write", nonce: "n1" }),
    entry("decision.refused", { verb: "proceed", gate: "switch", nonce: "n2" }),
  ]
  const state = carriedStateOf(lost({ entries }))
  expect(state.gatesPassed).toEqual(["dual-write"])
  expect(state.nonces).toEqual(["proceed dual-write n1"])
})

test("the gate of the way back, passed once, isn't passed where the old shape is hidden again, was since, or the run had ended", () => {
  const hiding = plan.steps.map((step) => ({ ...step, endsOldShape: step.id === second }))
  const hides = { ...plan, steps: hiding } as LostRun["plan"]
  const passed = entry("decision.accepted", { verb: "proceed", gate: "new-writers-gone" })
  const undone = entry("attempt.outcome", { direction: "undo", outcome: "done" }, second ?? "")
  const passes = (more: Partial<LostRun>): readonly string[] =>
    carriedStateOf(lost({ plan: hides, ...more })).gatesPassed
  expect(passes({ entries: [undone, passed] })).toEqual(["new-writers-gone"])
  expect(passes({ entries: [undone, passed, undone] })).toEqual([])
  expect(passes({ entries: [undone, passed, entry("run.ended", { state: "aborted" })] })).toEqual([])
  const journal = [{ step: second ?? "", direction: "do" as const, at: new Date(0) }]
  expect(passes({ entries: [undone, passed], journal })).toEqual([])
})

test("an abort that was accepted goes on after the workflow was lost", () => {
  const entries = [entry("decision.accepted", { verb: "abort", reason: "too risky" })]
  expect(carriedStateOf(lost({ entries })).aborting).toEqual({ reason: "too risky", actor: "ada" })
})

test("a gate's time counts from when it opened first, and not again once the gate was refused to it", () => {
  const timed = { ...plan, gates: { ...plan.gates, switch: { afterMs: 1_000 } } }
  const opened = (gate: string, at: string): LedgerEntry => ({ ...entry("gate.opened", { gate }), at })
  const entries = [
    opened("dual-write", "2026-01-01T00:00:00.000Z"),
    entry("decision.accepted", { verb: "proceed", gate: "dual-write" }),
    opened("switch", "2026-01-02T00:00:00.000Z"),
    opened("switch", "2026-01-03T00:00:00.000Z"),
  ]
  const until = Date.parse("2026-01-02T00:00:01.000Z")
  expect(carriedStateOf(lost({ plan: timed, entries })).gateTimer).toEqual({ gate: "switch", until })
  const refused = entry("decision.refused", { verb: "proceed", gate: "switch", by: "gate mode" })
  const over = carriedStateOf(lost({ plan: timed, entries: [...entries, refused] }))
  expect(over.gateTimer).toEqual({ gate: "switch", until: null })
  const passed = entry("decision.accepted", { verb: "proceed", gate: "switch" })
  expect(carriedStateOf(lost({ plan: timed, entries: [...entries, passed] })).gateTimer).toBeNull()
  expect(carriedStateOf(lost({ entries })).gateTimer).toBeNull()
})

test("a run that was taken up again to be undone goes on being undone", () => {
  const entries = [entry("run.adopted", { verb: "abort", reason: "no longer needed" })]
  expect(carriedStateOf(lost({ entries })).aborting).toEqual({ reason: "no longer needed", actor: "ada" })
  expect(carriedStateOf(lost({ entries: [entry("run.adopted", { verb: "retry" })] })).aborting).toBeNull()
})

test("a run that isn't in the journal begins with its precheck", () => {
  expect(carriedStateOf(lost({ registered: false })).phasesDone).toEqual([])
})

test("an undo outlives the workflow that carried it out, with its reason and who decided it", () => {
  const state = carriedStateOf(lost({ entries: [entry("decision.accepted", { verb: "undo", reason: "wanted back" })] }))
  expect(state.aborting).toEqual({ reason: "wanted back", actor: "ada" })
})

test("how far a lost run had got is known, and that its contract was done, also where it was undone since", () => {
  const steps = [
    ...plan.steps,
    { ...plan.steps[0], id: "contract/hide", phase: "contract", action: "sql", endsOldShape: true },
  ]
  const contracted = { ...plan, steps } as typeof plan
  const row = (direction: "do" | "undo") => ({ step: "contract/hide", direction, at: new Date(0) })
  const proceed = entry("decision.accepted", { verb: "proceed", gate: "switch" })
  expect(carriedStateOf(lost({ registered: false, backedUp: false })).phase).toBe("precheck")
  expect(carriedStateOf(lost({ plan: contracted, entries: [proceed] }))).toMatchObject({
    phase: "switch",
    contracted: false,
  })
  const hidden = carriedStateOf(lost({ plan: contracted, journal: [row("do")] }))
  expect(hidden).toMatchObject({ phase: "contract", contracted: true })
  expect(carriedStateOf(lost({ plan: contracted, journal: [row("do"), row("undo")] })).contracted).toBe(true)
})

test("what was begun goes back by the plan, also where the target doesn't know the run any more", () => {
  const begun = entry("attempt.intent", {}, first ?? "")
  const abort = entry("run.adopted", { verb: "abort", reason: null })
  expect(carriedStateOf(lost({ registered: false, entries: [begun, abort] })).phasesDone).toContain("plan")
  // Nothing was begun, or it shall go on: there it is entered first.
  expect(carriedStateOf(lost({ registered: false, entries: [abort] })).phasesDone).toEqual([])
  expect(carriedStateOf(lost({ registered: false, entries: [begun] })).phasesDone).toEqual([])
})
