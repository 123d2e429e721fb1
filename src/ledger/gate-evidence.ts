import type { WaitName } from "../domain/gate.ts"
import type { RoleOnVersion } from "../domain/versions.ts"
import type { Control } from "./control.ts"
import { loadRun } from "./runs.ts"

/** What a person decides by at a gate: counts, states and codes, no times and no row data, so that it hashes stably. */
export interface GateEvidence {
  readonly gate: WaitName
  readonly steps: readonly { readonly id: string; readonly state: string }[]
  /** Outcome rows of the run so far: backup, backfill and verification with their counts. */
  readonly outcomes: readonly { readonly step: string; readonly detail: unknown }[]
  readonly findings: readonly { readonly code: string; readonly subject: string }[]
  /** Which role should be on which version, and whether its settings put it there. */
  readonly roles: readonly RoleOnVersion[]
}

export async function gateEvidence(
  control: Control,
  run: string,
  gate: WaitName,
  roles: readonly RoleOnVersion[] = [],
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
    roles,
  }
}
