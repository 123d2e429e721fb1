import type { Plan } from "../domain/plan.ts"
import type { RunStatus } from "../domain/run.ts"
import type { Control } from "./control.ts"

/** By which entry a wait began, as a condition over `kind` and `detail`, and which entry of those counts. */
interface Begin {
  readonly where: string
  readonly latest: boolean
  readonly lasts: number
}

/**
 * When the run's present wait ends by itself, as an ISO time: its soak, its keep, or a gate of mode `{after: …}`; null
 * where it waits for something else. From the ledger alone, so that it is told without Temporal too.
 */
export async function deadlineOf(
  control: Control,
  status: Pick<RunStatus, "run" | "state" | "phase" | "waitingFor">,
  plan: Plan,
): Promise<string | null> {
  const begin = beginOf(status, plan)
  if (!begin) return null
  const [row] = await control.query<{ until: string }>(
    `SELECT sluice_control.iso(at + $2 * interval '1 millisecond') AS until
       FROM sluice_control.entry
      WHERE run = $1 AND ${begin.where}
      ORDER BY seq ${begin.latest ? "DESC" : "ASC"} LIMIT 1`,
    [status.run, begin.lasts],
  )
  return row?.until ?? null
}

function beginOf({ state, phase, waitingFor }: Parameters<typeof deadlineOf>[1], plan: Plan): Begin | null {
  if (state === "waiting") {
    const [, mode] = Object.entries(plan.gates).find(([gate]) => gate === waitingFor) ?? []
    if (typeof mode !== "object") return null
    return { where: `kind = 'gate.opened' AND detail->>'gate' = '${waitingFor}'`, latest: true, lasts: mode.afterMs }
  }
  if (state !== "running") return null
  // A worker that takes over goes on with the time that has begun.
  if (phase === "soak")
    return {
      where: "kind = 'attempt.intent' AND attempt = 1 AND detail->>'activity' = 'soak'",
      latest: true,
      lasts: plan.soakMs,
    }
  if (phase === "keep")
    return { where: "kind = 'run.state' AND detail->>'phase' = 'keep'", latest: false, lasts: plan.keepMs }
  return null
}
