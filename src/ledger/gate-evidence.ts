import type { WaitName } from "../domain/gate.ts"
import type { Plan } from "../domain/plan.ts"
import type { StragglersSeen } from "../domain/stragglers.ts"
import type { RoleOnVersion } from "../domain/versions.ts"
import type { Control } from "./control.ts"
import { loadPlan } from "./plans.ts"
import { loadRun } from "./runs.ts"

/** What a person decides by at a gate: counts, states and codes, no times and no row data, so that it hashes stably. */
export interface GateEvidence {
  readonly gate: WaitName
  readonly steps: readonly { readonly id: string; readonly state: string }[]
  /** Outcome rows of the run so far: backup, backfill and verification with their counts. */
  readonly outcomes: readonly { readonly step: string; readonly detail: unknown }[]
  readonly findings: readonly { readonly code: string; readonly subject: string }[]
  /** What the gates contract and purge let through: whether it loses data, and whether it can be taken back. */
  readonly behind: readonly BehindGate[]
  /** Which role should be on which version, and whether its settings put it there. */
  readonly roles: readonly RoleOnVersion[]
  /** At the contract gate: statements of the old shape that have run since the look before. */
  readonly stragglers?: StragglersInView
}

export interface StragglersInView {
  readonly statements: readonly { readonly role: string; readonly text: string }[]
  /** Why nothing, or not all, could be seen. */
  readonly unknown: string | null
}

export interface BehindGate {
  readonly step: string
  /** Says as well how what is dropped would come back. */
  readonly summary: string
  readonly losesData: boolean
  readonly hasUndo: boolean
}

export async function gateEvidence(
  control: Control,
  run: string,
  gate: WaitName,
  roles: readonly RoleOnVersion[] = [],
  stragglers: StragglersSeen | null = null,
): Promise<GateEvidence> {
  const status = await loadRun(control, run)
  const outcomes = await control.query<{ step: string; detail: unknown }>(
    `SELECT coalesce(step, detail->>'activity', kind) AS step, detail
       FROM sluice_control.entry
      WHERE run = $1
        AND kind IN ('attempt.outcome', 'backup.registered')
        AND coalesce(detail->>'outcome', 'done') IN ('done', 'observed')
      ORDER BY seq`,
    [run],
  )
  return {
    gate,
    steps: status.steps.map(({ id, state }) => ({ id, state })),
    outcomes,
    findings: status.findings.map(({ code, subject }) => ({ code, subject })),
    behind: behindGate(await loadPlan(control, status.planHash), gate),
    roles,
    ...(stragglers && { stragglers: inView(stragglers) }),
  }
}

function inView({ statements, unknown }: StragglersSeen): StragglersInView {
  return { statements: statements.map(({ role, text }) => ({ role, text })), unknown: unknown?.reason ?? null }
}

function behindGate({ steps }: Plan, gate: WaitName): readonly BehindGate[] {
  if (gate !== "contract" && gate !== "purge") return []
  return steps
    .filter(({ phase, action, back }) => phase === gate && action === "sql" && !back)
    .map(({ id, summary, losesData, undo }) => ({ step: id, summary, losesData, hasUndo: undo !== null }))
}
