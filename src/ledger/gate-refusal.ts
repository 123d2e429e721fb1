import type { RunStatus } from "../domain/run.ts"
import type { Control } from "./control.ts"

/** A `proceed` that was refused at the gate where the run still waits. */
export interface GateRefusal {
  /** ISO 8601. */
  readonly at: string
  readonly code: string
  readonly message: string
  /** True where the gate's own mode had sent it: the gate asks once, and then waits for a person. */
  readonly byMode: boolean
}

/**
 * Why the gate that the run waits at is still shut: the last refusal for what was seen in the target, or of the gate's
 * own mode; null where there was none. What was merely sent at the wrong moment doesn't count.
 */
export async function gateRefusalOf(
  control: Control,
  { run, state, waitingFor }: Pick<RunStatus, "run" | "state" | "waitingFor">,
): Promise<GateRefusal | null> {
  if (state !== "waiting" || waitingFor === null) return null
  const [row] = await control.query<GateRefusal>(
    `SELECT sluice_control.iso(at) AS at, detail->'refusal'->>'code' AS code,
            detail->'refusal'->>'message' AS message, detail->>'by' = 'gate mode' AS "byMode"
       FROM sluice_control.entry
      WHERE run = $1
        AND kind = 'decision.refused'
        AND detail->>'verb' = 'proceed'
        AND detail->>'gate' = $2
        AND (detail->>'by' = 'gate mode'
             OR detail->'refusal'->>'code' IN ('OLD_APPLICATION_SEEN', 'NEW_APPLICATION_SEEN',
                                                      'STRAGGLERS_SEEN'))
      ORDER BY seq DESC
      LIMIT 1`,
    [run, waitingFor],
  )
  return row ?? null
}
