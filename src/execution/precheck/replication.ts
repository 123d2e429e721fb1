import type { Finding } from "../../domain/finding.ts"
import { readSlots, readStandbys, type Slot } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"

/** Whether the backfill can see what it must not overwhelm; slots that are in danger already. */
export async function checkReplication(session: Session, { plan, target }: TargetRun): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const standbys = await readStandbys(session)
  const isWatched = target.limits.maxReplicaLagMs !== null && plan.steps.some(({ action }) => action === "backfill")
  if (isWatched && !standbys.readable) {
    findings.push({
      code: "REPLICA_LAG_UNSEEN",
      severity: "warning",
      subject: target.name,
      message: `the backfill won't wait for replicas: ${standbys.reason}`,
      hint: standbys.hint,
    })
  }
  const slots = await readSlots(session)
  if (slots.readable) findings.push(...slots.value.filter(({ active }) => !active).map(slotFinding))
  return findings
}

function slotFinding({ name, walStatus }: Slot): Finding {
  const isLost = walStatus === "lost"
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
