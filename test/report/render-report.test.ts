import { expect, test } from "vitest"
import type { LedgerEntry } from "../../src/domain/ledger-entry.ts"
import type { RunStatus } from "../../src/domain/run.ts"
import { renderReport } from "../../src/report/render-report.ts"

const status: RunStatus = {
  run: "shop-0123abcd-1",
  target: "shop",
  revisions: ["0003_email"],
  strategy: "expand-contract",
  planHash: "0123abcd",
  workflowId: "expand-contract/shop/0123abcd",
  state: "completed",
  phase: "complete",
  waitingFor: null,
  startedAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:01:00.000Z",
  endedAt: "2026-01-01T00:01:00.000Z",
  startedBy: "ada",
  steps: [],
  backup: null,
  backfill: null,
  blockers: [],
  findings: [],
  choices: [],
}

function entry(seq: number, part: Partial<LedgerEntry>): LedgerEntry {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString()
  const chain = { previousHash: "0", hash: `hash-${seq}` }
  return {
    seq,
    at,
    actor: "worker 1",
    kind: "run.state",
    run: status.run,
    step: null,
    attempt: null,
    detail: {},
    ...chain,
    ...part,
  }
}

test("refusals, failures and counts are in the report, not only what went well", () => {
  const text = renderReport({
    status,
    entries: [
      entry(1, {
        kind: "decision.refused",
        actor: "bob",
        detail: { verb: "proceed", gate: "contract", reason: "hurry", refusal: { code: "GATE_NOT_OPEN" } },
      }),
      entry(2, {
        kind: "attempt.outcome",
        step: "backfill/users",
        attempt: 1,
        detail: { outcome: "failed", error: { code: "LOCK_BUDGET", message: "pid 7 is in the way" } },
      }),
      entry(3, { kind: "attempt.outcome", step: "backfill/users", attempt: 2, detail: { outcome: "done", rows: 42 } }),
    ],
  })
  expect(text).toContain("| bob | proceed contract — refused: GATE_NOT_OPEN | hurry |")
  expect(text).toContain("failed LOCK_BUDGET pid 7 is in the way")
  expect(text).toContain("| backfill/users | rows 42 |")
  expect(text).toContain("head `hash-3`")
})

test("a step for the way back alone isn't listed as work that was done", () => {
  const step = { phase: "purge", back: true, attempts: 1, startedAt: null, endedAt: null, error: null } as const
  const steps = (["done", "undone"] as const).map((state) => ({ ...step, id: state, summary: "Refill", state }))
  const text = renderReport({ status: { ...status, steps }, entries: [] })
  expect(text).toContain("| done | Refill | for the way back alone | 1 |")
  expect(text).toContain("| undone | Refill | done on the way back | 1 |")
})

test("phases are timed by the ledger's clock", () => {
  const phase = (seq: number, name: string): LedgerEntry => entry(seq, { detail: { phase: name } })
  const text = renderReport({ status, entries: [phase(1, "expand"), phase(3, "backfill"), phase(10, "complete")] })
  expect(text).toContain("| expand | 2s |")
  expect(text).toContain("| backfill | 7s |")
})

test("time at a gate isn't the phase's, and an undo leads back as an abort does", () => {
  const state = (seq: number, phase: string, waitingFor: string | null): LedgerEntry =>
    entry(seq, { detail: { state: "running", phase, waitingFor } })
  const text = renderReport({
    status,
    entries: [
      state(1, "switch", null),
      state(2, "switch", "switch"),
      state(35, "contract", null),
      entry(40, { kind: "decision.accepted", detail: { verb: "undo" } }),
      state(41, "contract", null),
      state(45, "contract", null),
    ],
  })
  expect(text).toContain("| switch | 1s |\n| switch, waiting for switch | 33s |\n| contract | 6s |")
  expect(text).toContain("| way back: contract | 4s |")
})

test("a step that an aborted run never came to isn't pending", () => {
  const step = {
    id: "x",
    phase: "purge",
    back: false,
    attempts: 0,
    startedAt: null,
    endedAt: null,
    error: null,
  } as const
  const steps = [{ ...step, summary: "Drop", state: "pending" as const }]
  expect(renderReport({ status: { ...status, state: "aborted", steps }, entries: [] })).toContain(
    "| x | Drop | not reached | 0 |",
  )
  expect(renderReport({ status: { ...status, state: "waiting", steps }, entries: [] })).toContain("| pending |")
})

test("an attempt whose worker was killed, a tuned knob and the way back are told as such", () => {
  const work = { phase: "expand", activity: "performStep" }
  const attempt = (seq: number, kind: "attempt.intent" | "attempt.outcome", number: number, detail = {}): LedgerEntry =>
    entry(seq, { kind, step: "expand/t", attempt: number, detail: { ...work, ...detail } })
  const text = renderReport({
    status,
    entries: [
      attempt(1, "attempt.intent", 1),
      attempt(5, "attempt.intent", 2),
      attempt(6, "attempt.outcome", 2, { outcome: "done" }),
      entry(7, { kind: "decision.accepted", detail: { verb: "tune", knobs: { parallelRanges: 4 } } }),
      entry(8, { kind: "decision.accepted", detail: { verb: "abort" } }),
      attempt(9, "attempt.intent", 1, { activity: "undoStep" }),
      attempt(11, "attempt.outcome", 1, { activity: "undoStep", outcome: "done" }),
    ],
  })
  expect(text).toContain("| expand/t | 1 | broken off: its worker died or lost touch |")
  expect(text.match(/broken off/g)).toHaveLength(1)
  expect(text).toContain('| tune {"parallelRanges":4} |')
  expect(text).toContain("| expand | 8s |")
  expect(text).toContain("| way back: expand | 2s |")
})

test("a reason can't break out of its table cell", () => {
  const detail = { verb: "abort", reason: "a | b\n# heading" }
  const text = renderReport({ status, entries: [entry(1, { kind: "decision.accepted", detail })] })
  expect(text).toContain("a \\| b # heading")
})

test("each word on a backup is in the report, and markup in a reason stays text", () => {
  const detail = { backup: "shop-1", state: "verified", tables: 2, rows: 500, restoreSeconds: 1.5 }
  const reason = "<img src=x>"
  const text = renderReport({
    status,
    entries: [
      entry(1, { kind: "backup.registered", detail }),
      entry(2, { kind: "decision.accepted", detail: { verb: "abort", reason } }),
    ],
  })
  expect(text).toContain("| shop-1 | verified | 2 | 500 | 1.5 s |")
  expect(text).not.toContain("<img")
})
