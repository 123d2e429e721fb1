import type { Session } from "./session.ts"
import { sqlstateOf } from "./map-error.ts"

/** A standby or subscriber that is connected. */
export interface Standby {
  /** Its application name, with its address where it has one, and a number where several are called so. */
  readonly name: string
  /** The slot that keeps its place while it is away; null: it has none that outlives its connection. */
  readonly slot: string | null
  /** Position in the log, in bytes, up to which it has replayed; null: it hasn't said yet. */
  readonly replayed: number | null
}

/** How far the log has come, and how far those who follow it. */
export interface Replication {
  /** The end of the primary's log, in bytes. */
  readonly position: number
  readonly standbys: readonly Standby[]
}

export interface Slot {
  readonly name: string
  readonly active: boolean
  /** Bytes of the log that it keeps on disk; null where it never began or has lost its place. */
  readonly keptBytes: number | null
  /** Share (0 to 1 and beyond) of `max_slot_wal_keep_size` that it has used up; null: nothing limits it. */
  readonly usedShare: number | null
  /** `reserved`, `extended`, `unreserved`, `lost`; null: never used. */
  readonly walStatus: string | null
}

/** "Can't be read" is an answer of its own: it is not "no lag". */
export type Readable<T> =
  | { readonly readable: true; readonly value: T }
  | { readonly readable: false; readonly reason: string; readonly hint: string }

const positionSql = "SELECT (pg_current_wal_lsn() - '0/0')::float8 AS position"

const standbysSql = `
SELECT s.application_name || coalesce('@' || host(s.client_addr), '')
         || CASE WHEN count(*) OVER same > 1 THEN ' #' || row_number() OVER (same ORDER BY s.backend_start, s.pid) ELSE '' END
         AS name,
       CASE WHEN NOT r.temporary THEN r.slot_name::text END AS slot,
       (s.replay_lsn - '0/0')::float8                       AS replayed
  FROM pg_stat_replication AS s
  LEFT JOIN pg_replication_slots AS r ON r.active_pid = s.pid
 WHERE s.state <> 'backup'                              -- a running pg_basebackup replays nothing
   AND s.application_name !~ '^pg_[0-9]+_sync_'         -- helpers of a subscription's first copy come and go
   AND coalesce(r.database = current_database(), true)  -- a subscriber of another database gets nothing of ours
WINDOW same AS (PARTITION BY s.application_name, s.client_addr)
 ORDER BY 1`

const slotsSql = `
SELECT slot_name::text                                        AS name,
       active,
       (pg_current_wal_lsn() - restart_lsn)::float8           AS "keptBytes",
       1 - safe_wal_size / nullif(pg_size_bytes(current_setting('max_slot_wal_keep_size')), 0)::float8 AS "usedShare",
       wal_status                                             AS "walStatus"
  FROM pg_replication_slots
 ORDER BY 1`

/** Those that are connected now; one that has gone is missing here, which is for the caller to notice. */
export async function readReplication(session: Session): Promise<Readable<Replication>> {
  const [access] = await session.query<{ role: string; sees: boolean }>(
    "SELECT quote_ident(current_user) AS role, pg_has_role('pg_read_all_stats', 'USAGE') AS sees",
  )
  if (!access?.sees)
    return {
      readable: false,
      reason: "the role may not see the replicas' positions",
      hint: `GRANT pg_monitor TO ${access?.role ?? "…"};`,
    }
  return readOnPrimary(async () => {
    const [end] = await session.query<{ position: number }>(positionSql)
    return { position: end?.position ?? 0, standbys: await session.query<Standby>(standbysSql) }
  })
}

/** The end of the log, in bytes. */
export async function readPosition(session: Session): Promise<Readable<number>> {
  return readOnPrimary(async () => {
    const [end] = await session.query<{ position: number }>(positionSql)
    return end?.position ?? 0
  })
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
    return { readable: false, reason, hint: "Give the address of the primary; the role needs pg_current_wal_lsn()." }
  }
}
