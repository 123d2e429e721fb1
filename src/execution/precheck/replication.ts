import type { Finding } from "../../domain/finding.ts"
import type { Session } from "../../postgres/session.ts"
import { ident } from "../../sql/sql.ts"
import type { TargetRun } from "../target-run.ts"
import { canSeeReplication } from "../throttle/replica-lag.ts"

interface Slot {
  readonly name: string
  readonly isLost: boolean
}

/** Whether the backfill can see what it must not overwhelm; slots that are in danger already. */
export async function checkReplication(session: Session, { plan, target }: TargetRun): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const isWatched = target.limits.maxReplicaLagMs !== null && plan.steps.some(({ action }) => action === "backfill")
  if (isWatched && !(await canSeeReplication(session))) {
    const [row] = await session.query<{ role: string }>("SELECT current_user::text AS role")
    findings.push({
      code: "REPLICA_LAG_UNSEEN",
      severity: "warning",
      subject: target.name,
      message: "the role can't see how far replicas lag behind: the backfill won't wait for them",
      hint: `GRANT pg_monitor TO ${ident(row?.role ?? "")};`,
    })
  }
  const slots = await session.query<Slot>(`
    SELECT slot_name AS name, coalesce(wal_status = 'lost', false) AS "isLost"
      FROM pg_replication_slots
     WHERE NOT active AND NOT temporary
     ORDER BY slot_name`)
  return [...findings, ...slots.map(slotFinding)]
}

function slotFinding({ name, isLost }: Slot): Finding {
  return {
    code: isLost ? "SLOT_LOST" : "SLOT_INACTIVE",
    severity: "warning",
    subject: name,
    message: isLost
      ? "the replication slot has lost the log that its consumer needs"
      : "nobody reads the replication slot: what the backfill writes stays on disk until somebody does",
    hint: "Start its consumer, or drop it with pg_drop_replication_slot().",
  }
}
