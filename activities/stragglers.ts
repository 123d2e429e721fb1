import type { StragglersSeen } from "../src/domain/stragglers.ts"
import { seenSince } from "../src/domain/stragglers.ts"
import { hidesFromStatements, lookOf, readStragglers } from "../src/execution/stragglers.ts"
import { loadLooks, saveLook } from "../src/ledger/straggler-looks.ts"
import type { ActivityDeps } from "./deps.ts"
import type { Ask } from "./gate-sight.ts"
import { targetRunOf } from "./target-run.ts"
import type { RunRef } from "./types.ts"

/**
 * Looks at which statements of the old shape have run since the last look, and keeps what it sees for the next one; null
 * where contract takes away nothing that a statement's text could show. `decidedAt`: when the work was scheduled that
 * looks. A second try of it must not be compared with its first one, or a refusal would be forgotten with a worker.
 */
export async function lookForStragglers(
  deps: ActivityDeps,
  ref: RunRef,
  decidedAt: number,
  ask: Ask,
): Promise<StragglersSeen | null> {
  const { target, plan } = await targetRunOf(deps, ref)
  if (!(await hidesFromStatements(plan))) return null
  const look = lookOf(await ask(target, "sluice:gate", (session) => readStragglers(session, plan)), decidedAt)
  const seen = seenSince(await loadLooks(deps.control, ref.run), look)
  await saveLook(deps.control, ref, look)
  return seen
}
