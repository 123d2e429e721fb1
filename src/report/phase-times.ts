import type { LedgerEntry } from "../domain/ledger-entry.ts"
import { phases } from "../domain/phase.ts"

/**
 * How long a run was in each phase, by the ledger's clock, in the order in which the phases came. From an accepted abort
 * on, a phase is one of the way back: `undo of expand`.
 */
export function phaseTimes(
  entries: readonly LedgerEntry[],
): readonly { readonly phase: string; readonly ms: number }[] {
  const entered: { readonly phase: string; readonly at: number }[] = []
  let back = ""
  for (const { at, kind, detail } of entries) {
    const { phase } = detail
    const isAbort = kind === "decision.accepted" || kind === "run.adopted"
    if (isAbort && detail["verb"] === "abort") back = "undo of "
    if (typeof phase !== "string" || !(phases as readonly string[]).includes(phase)) continue
    const name = `${back}${phase}`
    if (entered.at(-1)?.phase !== name) entered.push({ phase: name, at: Date.parse(at) })
  }
  const end = entries.at(-1)
  return entered.map(({ phase, at }, index) => ({
    phase,
    ms: (entered[index + 1]?.at ?? (end ? Date.parse(end.at) : at)) - at,
  }))
}
