import type { LedgerEntry } from "../domain/ledger-entry.ts"
import { phases } from "../domain/phase.ts"

/**
 * How long a run was in each phase, by the ledger's clock, in the order in which the phases came; its waiting for a
 * decision stands apart. From an accepted abort or undo on, a phase is one of the way back: `way back: expand`.
 */
export function phaseTimes(
  entries: readonly LedgerEntry[],
): readonly { readonly phase: string; readonly ms: number }[] {
  const entered: { readonly phase: string; readonly at: number }[] = []
  let back = ""
  let waiting: unknown = null
  for (const { at, kind, detail } of entries) {
    const { phase } = detail
    if (leadsBack(kind, detail)) back = "way back: "
    // Only the state says so: a gate is looked at by attempts of other work too.
    if (kind === "run.state") waiting = detail["waitingFor"]
    if (typeof phase !== "string" || !(phases as readonly string[]).includes(phase)) continue
    const name = `${back}${phase}${typeof waiting === "string" ? `, waiting for ${waiting}` : ""}`
    if (entered.at(-1)?.phase !== name) entered.push({ phase: name, at: Date.parse(at) })
  }
  const end = entries.at(-1)
  return entered.map(({ phase, at }, index) => ({
    phase,
    ms: (entered[index + 1]?.at ?? (end ? Date.parse(end.at) : at)) - at,
  }))
}

function leadsBack(kind: string, { verb }: LedgerEntry["detail"]): boolean {
  return (kind === "decision.accepted" || kind === "run.adopted") && (verb === "abort" || verb === "undo")
}
