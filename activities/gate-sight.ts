import type { TargetConfig } from "../src/config/config.ts"
import type { Finding } from "../src/domain/finding.ts"
import type { WaitName } from "../src/domain/gate.ts"
import { stragglerFindings } from "../src/domain/straggler-findings.ts"
import type { StragglersSeen } from "../src/domain/stragglers.ts"
import { versionsAtGate, type VersionsInUse } from "../src/execution/version-roles.ts"
import { recordGate } from "../src/ledger/decisions.ts"
import { gateEvidence } from "../src/ledger/gate-evidence.ts"
import type { Session } from "../src/postgres/session.ts"
import type { ActivityDeps } from "./deps.ts"
import { targetRunOf } from "./target-run.ts"
import type { RunRef } from "./types.ts"

/** How the target is asked: patiently, or within the time that a person waits (see within-reach.ts). */
export type Ask = <T>(
  target: TargetConfig,
  applicationName: string,
  work: (session: Session) => Promise<T>,
) => Promise<T>

/**
 * What is in view at a gate, kept as evidence, with what a person should know of it. `stragglers`: those of the contract
 * gate, which its caller looks for (see stragglers.ts); null elsewhere.
 */
export async function recordSight(
  deps: ActivityDeps,
  ref: RunRef,
  gate: WaitName,
  ask: Ask,
  stragglers: StragglersSeen | null,
): Promise<{ readonly evidenceHash: string; readonly findings: readonly Finding[] }> {
  const { roles, findings } = await versionsInUse(deps, ref, gate, ask)
  const evidence = await gateEvidence(deps.control, ref.run, gate, roles, stragglers)
  const { evidenceHash } = await recordGate(deps.control, { run: ref.run, planHash: ref.planHash, gate, evidence })
  return { evidenceHash, findings: [...findings, ...(stragglers ? stragglerFindings(ref.run, stragglers) : [])] }
}

/**
 * Who should be on which version's views, and who is, and which role isn't there at all; the target isn't asked where
 * the plan names no role and makes no views.
 */
async function versionsInUse(deps: ActivityDeps, ref: RunRef, gate: WaitName, ask: Ask): Promise<VersionsInUse> {
  const { target, plan } = await targetRunOf(deps, ref)
  const { made, roles } = plan.versions
  if (made.length === 0 && roles.old === null && roles.new === null) return { roles: [], findings: [] }
  return ask(target, "sluice:gate", (session) => versionsAtGate(session, plan.versions, gate))
}

/** Of that what belongs to the evidence. Without views there is none, and no decision waits for the target. */
export async function rolesInUse(
  deps: ActivityDeps,
  ref: RunRef,
  gate: WaitName,
  ask: Ask,
): Promise<VersionsInUse["roles"]> {
  const { plan } = await targetRunOf(deps, ref)
  return plan.versions.made.length === 0 ? [] : (await versionsInUse(deps, ref, gate, ask)).roles
}
