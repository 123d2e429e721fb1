import { expect, test } from "vitest"
import type { LedgerEntry } from "../../src/domain/ledger-entry.ts"
import { heldSteps } from "../../src/recovery/held-steps.ts"

let seq = 0

function entry(part: Pick<LedgerEntry, "kind" | "detail">): LedgerEntry {
  const rest = { at: "2026-01-01T00:00:00.000Z", actor: "ada", run: "r", step: "a", attempt: 1 }
  return { seq: ++seq, ...rest, previousHash: "0", hash: "1", ...part }
}

const begun = (direction: string) => entry({ kind: "attempt.intent", detail: { direction } })
const ended = (direction: string, outcome: string, intent: LedgerEntry) =>
  entry({ kind: "attempt.outcome", detail: { direction, outcome, intent: intent.seq } })

/** Attempts of step `a`, one after the other; without an outcome: its worker died. */
function held(...attempts: readonly (readonly ["do" | "undo", string | null])[]): readonly string[] {
  const entries = attempts.flatMap(([direction, outcome]) => {
    const intent = begun(direction)
    return outcome === null ? [intent] : [intent, ended(direction, outcome, intent)]
  })
  return [...heldSteps(entries)]
}

test("a step that an attempt has done is held until an undo has taken it back", () => {
  expect(held(["do", "done"])).toEqual(["a"])
  expect(held(["do", "done"], ["undo", "failed"])).toEqual(["a"])
  expect(held(["do", "done"], ["undo", "done"])).toEqual([])
  expect(held(["do", "done"], ["undo", "done"], ["do", "done"])).toEqual(["a"])
})

test("an undo that found nothing to do takes nothing off: the journal may have had no word of the step", () => {
  expect(held(["do", "done"], ["undo", "observed"])).toEqual(["a"])
})

test("one that failed, was cancelled or was found done already isn't the run's own", () => {
  for (const outcome of ["failed", "cancelled", "observed", null]) expect(held(["do", outcome])).toEqual([])
})

test("one that was found done after an attempt whose end is unknown may be that attempt's", () => {
  expect(held(["do", null], ["do", "observed"])).toEqual(["a"])
  expect(held(["do", "failed"], ["do", "observed"])).toEqual([])
})
