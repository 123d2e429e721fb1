import { formatByteSize } from "../../domain/byte-size.ts"
import type { Finding } from "../../domain/finding.ts"
import { readSlots, type Slot } from "../../postgres/replication.ts"
import type { Session } from "../../postgres/session.ts"
import type { TargetRun } from "../target-run.ts"

/** Replication slots that are in danger already, or would be by what a backfill writes. */
export async function checkReplication(session: Session, { plan, target }: TargetRun): Promise<readonly Finding[]> {
  const slots = await readSlots(session)
  if (!slots.readable) return []
  const fills = plan.steps.some(({ action }) => action === "backfill")
  const limit = fills ? target.limits.maxSlotLagBytes : null
  return [
    ...slots.value.filter(({ active }) => !active).map(inactive),
    ...slots.value.flatMap((slot) => (limit !== null && (slot.keptBytes ?? 0) > limit ? [behind(slot, limit)] : [])),
  ]
}

function inactive({ name, walStatus }: Slot): Finding {
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

function behind({ name, keptBytes }: Slot, limit: number): Finding {
  return {
    code: "SLOT_BEHIND",
    severity: "warning",
    subject: name,
    message: `the replication slot keeps ${formatByteSize(keptBytes ?? 0)} of the log on disk: the backfill will rest until it is below ${formatByteSize(limit)}`,
    hint: "Let its consumer catch up, drop it with pg_drop_replication_slot(), or raise limits.maxSlotLag.",
  }
}
