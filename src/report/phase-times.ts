import type { LedgerEntry } from "../domain/ledger-entry.ts"
import { phases } from "../domain/phase.ts"

/** How long a run was in each phase, by the ledger's clock, in the order in which the phases came. */
export function phaseTimes(
  entries: readonly LedgerEntry[],
): readonly { readonly phase: string; readonly ms: number }[] {
  const entered: { readonly phase: string; readonly at: number }[] = []
  for (const { at, detail } of entries) {
    const { phase } = detail
    if (typeof phase !== "string" || !(phases as readonly string[]).includes(phase)) continue
    if (entered.at(-1)?.phase !== phase) entered.push({ phase, at: Date.parse(at) })
  }
  const end = entries.at(-1)
  return entered.map(({ phase, at }, index) => ({
    phase,
    ms: (entered[index + 1]?.at ?? (end ? Date.parse(end.at) : at)) - at,
  }))
}
