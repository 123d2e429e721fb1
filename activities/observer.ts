import type { ExecutionObserver } from "../src/execution/target-run.ts"
import { saveOffendingKeys } from "../src/ledger/offending-keys.ts"
import type { Place } from "../src/ledger/place.ts"
import { setBlockers, setProgress } from "../src/ledger/steps.ts"
import type { ActivityDeps } from "./deps.ts"
import type { RunRef } from "./types.ts"

/**
 * Lets `status` see what execution sees. These are views, not proof: where the control database can't take one, the
 * statement that runs goes on, and the next one tells more.
 */
export function observerFor(deps: ActivityDeps, ref: RunRef, place: Place): ExecutionObserver {
  const { control } = deps
  return {
    blockers: (step, blockers) => lenient(() => setBlockers(control, ref.run, blockers, { step, place })),
    progress: (step, progress) => lenient(() => setProgress(control, ref.run, progress, { step, place })),
    // Offending keys are evidence: a failure to keep them is a failure.
    offendingKeys: (step, code, relation, keys) =>
      saveOffendingKeys(control, { run: ref.run, step, code, relation, keys }),
  }
}

async function lenient(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch {
    // The next report follows within a second.
  }
}
