import type { Session } from "./session.ts"
import { sqlstateOf } from "./map-error.ts"

/** How far a standby or subscriber is behind. */
export interface Standby {
  /** Its application name, with its address where it has one. */
  readonly name: string
  /** Bytes of the log not replayed yet. */
  readonly lagBytes: number
  /** Milliseconds; 0 once it has caught up. Null: the server hasn't measured it yet. */
  readonly lagMs: number | null
}

export interface Slot {
  readonly name: string
  readonly active: boolean
  /** Bytes of the log that its consumer hasn't confirmed; null where it never began or has lost its place. */
  readonly lagBytes: number | null
  /** `reserved`, `extended`, `unreserved`, `lost`; null: never used. */
  readonly walStatus: string | null
}

/** "Can't be read" is an answer of its own: it is not "no lag". */
export type Readable<T> =
  | { readonly readable: true; readonly value: T }
  | { readonly readable: false; readonly reason: string; readonly hint: string }

const standbysSql = `
SELECT s.application_name || coalesce('@' || host(s.client_addr), '') AS name,
       (pg_current_wal_lsn() - s.replay_lsn)::float8 AS "lagBytes",
       CASE WHEN s.replay_lsn >= pg_current_wal_lsn() THEN 0
            ELSE (extract(epoch FROM s.replay_lag) * 1000)::float8 END AS "lagMs"
  FROM pg_stat_replication AS s
 WHERE s.replay_lsn IS NOT NULL   -- a running pg_basebackup replays nothing
   AND s.application_name !~ '^pg_[0-9]+_sync_'   -- helpers of a subscription's first copy come and go
 ORDER BY 1`

const slotsSql = `
SELECT slot_name::text AS name,
       active,
       (pg_current_wal_lsn() - coalesce(confirmed_flush_lsn, restart_lsn))::float8 AS "lagBytes",
       wal_status AS "walStatus"
  FROM pg_replication_slots
 ORDER BY 1`

/** The standbys that are connected now; one that has gone is missing here, which is for the caller to notice. */
export async function readStandbys(session: Session): Promise<Readable<readonly Standby[]>> {
  const [access] = await session.query<{ role: string; sees: boolean }>(
    "SELECT quote_ident(current_user) AS role, pg_has_role('pg_read_all_stats', 'USAGE') AS sees",
  )
  if (!access?.sees)
    return {
      readable: false,
      reason: "the role may not see the replicas' positions",
      hint: `GRANT pg_monitor TO ${access?.role ?? "…"};`,
    }
  return readOnPrimary(() => session.query<Standby>(standbysSql))
}

export async function readSlots(session: Session): Promise<Readable<readonly Slot[]>> {
  return readOnPrimary(() => session.query<Slot>(slotsSql))
}

/** A standby has no position to write at (55000), and some managed servers refuse the function (0A000, 42501). */
async function readOnPrimary<T>(read: () => Promise<T>): Promise<Readable<T>> {
  try {
    return { readable: true, value: await read() }
  } catch (error) {
    if (!["55000", "0A000", "42501"].includes(sqlstateOf(error) ?? "")) throw error
    const reason = "the server doesn't tell the position of its log"
    return { readable: false, reason, hint: "Give the address of the primary." }
  }
}
