import { BugError } from "../src/domain/errors.ts"
import type { Finding } from "../src/domain/finding.ts"
import type { WaitName } from "../src/domain/gate.ts"
import { loadEvidence } from "../src/ledger/evidence.ts"
import type { PlanEvidence } from "../src/planner/evidence.ts"
import type { ActivityDeps } from "./deps.ts"
import type { RunRef } from "./types.ts"

/** What the plan was made from; stored beside it when it was shown. */
export async function planEvidence(deps: ActivityDeps, ref: RunRef): Promise<PlanEvidence> {
  const kept = await keptEvidence(deps, ref)
  if (kept) return kept
  throw new BugError({ code: "BUG", subject: ref.run, message: "The plan was stored without what it was made from." })
}

/** Warnings of the plan that are about what begins behind a gate. */
const aboutGate: Partial<Record<WaitName, ReadonlySet<string>>> = {
  switch: new Set(["NEW_WRITES_MAY_FAIL"]),
  contract: new Set(["REQUIRED_FROM_CONTRACT"]),
}

/** What the plan has foretold of that which begins behind the gate: days may lie between the two, and other people. */
export async function foretoldAt(deps: ActivityDeps, ref: RunRef, gate: WaitName): Promise<readonly Finding[]> {
  const codes = aboutGate[gate]
  if (!codes) return []
  const kept = await keptEvidence(deps, ref)
  return kept?.findings.filter(({ code }) => codes.has(code)) ?? []
}

async function keptEvidence({ control }: ActivityDeps, { run }: RunRef): Promise<PlanEvidence | null> {
  const stored = (await loadEvidence(control, run)).findLast(({ kind }) => kind === "plan")
  return stored ? (stored.content as PlanEvidence) : null
}
