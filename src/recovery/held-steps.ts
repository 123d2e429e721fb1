import type { LedgerEntry } from "../domain/ledger-entry.ts"

/**
 * Steps that a run has done and not undone, as the control database has heard: what the target's journal should have as
 * well, unless it was taken away or the target was restored to an older state. A step that was found done already isn't
 * the run's own; but where an earlier attempt's end is unknown, it may have been that one's. An undo that found nothing
 * to do takes nothing off: it may have had no word of the step.
 */
export function heldSteps(entries: readonly LedgerEntry[]): ReadonlySet<string> {
  const held = new Set<string>()
  const open = new Map<string, Set<number>>()
  for (const { kind, step, seq, detail } of entries) {
    if (step === null) continue
    const { direction, outcome, intent } = detail
    if (kind === "attempt.intent" && direction === "do") openOf(open, step).add(seq)
    if (kind !== "attempt.outcome") continue
    if (direction === "do") {
      openOf(open, step).delete(Number(intent))
      if (outcome === "done" || (outcome === "observed" && openOf(open, step).size > 0)) held.add(step)
    } else if (outcome === "done") {
      held.delete(step)
      open.delete(step)
    }
  }
  return held
}

function openOf(open: Map<string, Set<number>>, step: string): Set<number> {
  const seqs = open.get(step) ?? new Set()
  open.set(step, seqs)
  return seqs
}
