import type { Session } from "../../postgres/session.ts"
import { clear, type Reading, type ThrottleSource } from "./source.ts"

/** Rests while a replication slot is about to lose the log that its consumer still needs. */
export const slotLag: ThrottleSource = {
  name: "slot lag",
  async read(session: Session): Promise<Reading> {
    const [slot] = await session.query<{ name: string }>(`
      SELECT slot_name AS name
        FROM pg_replication_slots
       WHERE wal_status = 'unreserved'
          OR wal_status <> 'lost'
             AND safe_wal_size < 0.2 * pg_size_bytes(current_setting('max_slot_wal_keep_size'))
       ORDER BY safe_wal_size
       LIMIT 1`)
    return slot ? { state: "busy", reason: `slot ${slot.name} is about to lose its log` } : clear
  },
}
