import { SluiceError } from "../src/domain/errors.ts"
import type { Attempt } from "../src/execution/attempt.ts"
import { rest } from "../src/health/rest.ts"
import { watchProbes } from "../src/health/watch-probes.ts"
import { loadLooks } from "../src/ledger/straggler-looks.ts"
import type { ActivityDeps } from "./deps.ts"
import { lookForStragglers } from "./stragglers.ts"
import { targetRunOf } from "./target-run.ts"
import type { RunRef } from "./types.ts"
import { withinReach } from "./within-reach.ts"

/**
 * Watches probes for the soak's length, from when it was scheduled: an attempt after a worker's death doesn't begin anew.
 * Looks at statements as it begins and half-way, so that the contract gate can tell what ran in the second half: its
 * first half is for taking the old application out.
 */
export async function soakFor(
  deps: ActivityDeps,
  ref: RunRef,
  { begin, milliseconds }: { readonly begin: number; readonly milliseconds: number },
  attempt: Attempt,
): Promise<void> {
  const { target } = await targetRunOf(deps, ref)
  const over = new AbortController()
  const signal = AbortSignal.any([attempt.signal, over.signal])
  const looking = lookAt(deps, ref, [begin, begin + Math.floor(milliseconds / 2)], signal)
  // It may fail long before the soak is over, where it is awaited.
  looking.catch(() => {})
  try {
    await watchProbes(target, begin + milliseconds, attempt)
  } finally {
    over.abort()
    await looking
  }
}

/** What can't be seen now stops no soak: the gate looks again, and says so. */
async function lookAt(deps: ActivityDeps, ref: RunRef, moments: readonly number[], signal: AbortSignal): Promise<void> {
  for (const moment of moments) {
    if (!(await until(moment, signal))) return
    try {
      const isTaken = (await loadLooks(deps.control, ref.run)).some(({ decidedAt }) => decidedAt >= moment)
      if (!isTaken) await lookForStragglers(deps, ref, moment, withinReach)
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
    }
  }
}

/** False where the soak was over first. */
async function until(moment: number, signal: AbortSignal): Promise<boolean> {
  try {
    await rest(moment - Date.now(), signal)
    return !signal.aborted
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}
