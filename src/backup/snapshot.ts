import { BugError, TransientError } from "../domain/errors.ts"
import type { RelationName } from "../domain/relation.ts"
import { sqlstateOf } from "../postgres/map-error.ts"
import type { Session } from "../postgres/session.ts"
import { withSession } from "../postgres/session.ts"
import type { Secret } from "../config/config.ts"
import { join, qualified, sql } from "../sql/sql.ts"

export interface SnapshotOptions {
  readonly url: Secret
  readonly applicationName: string
  readonly signal: AbortSignal
  readonly lockTimeoutMs: number
  /** The tables whose rows are to be read, as they are at this moment. */
  readonly tables: (session: Session) => Promise<readonly RelationName[]>
}

/**
 * Holds one snapshot open and exports it, so that what the session reads and what pg_dump writes are the same rows.
 * Row level security raises an error instead of hiding rows. The tables are locked before the snapshot is taken: one
 * from before the end of somebody's ALTER TABLE finds every row of the rewritten table too young, and the table empty;
 * so would the dump, the hash and the restore, in perfect agreement.
 */
export async function withSnapshot<T>(
  options: SnapshotOptions,
  work: (session: Session, snapshot: string) => Promise<T>,
): Promise<T> {
  // While pg_dump works the session may be idle in its transaction for long.
  return withSession({ ...options, idleInTransactionTimeoutMs: 0 }, async (session) => {
    await endEarlierSessions(session, options.applicationName)
    const tables = await options.tables(session)
    return session.transaction(
      async () => {
        await lockTables(session, tables)
        await session.query("SET LOCAL row_security = off")
        const [row] = await session.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot")
        if (!row) throw new BugError({ code: "BUG", subject: "backup", message: "no snapshot was exported" })
        return work(session, row.snapshot)
      },
      { isolation: "repeatable read", readOnly: true },
    )
  })
}

/** A pg_dump whose worker was killed goes on, and its locks would stand in the way of the steps that follow. */
async function endEarlierSessions(session: Session, applicationName: string): Promise<void> {
  await session.query(
    `SELECT pg_terminate_backend(pid)
       FROM pg_stat_activity
      WHERE application_name = $1 AND datname = current_database() AND usename = current_user
        AND pid <> pg_backend_pid()`,
    [applicationName],
  )
}

/** LOCK TABLE takes no snapshot: that of the transaction begins with the first statement behind it. */
async function lockTables(session: Session, tables: readonly RelationName[]): Promise<void> {
  if (tables.length === 0) return
  try {
    await session.query(sql`LOCK TABLE ${join(tables.map(qualified))} IN ACCESS SHARE MODE`)
  } catch (error) {
    const sqlstate = sqlstateOf(error)
    throw sqlstate === "42P01" || sqlstate === "3F000" ? overtaken(error) : error
  }
}

/** Throws BACKUP_OVERTAKEN where the snapshot shows a table, by oid, that was not locked before it was taken. */
export async function requireLocked(session: Session, oids: readonly string[]): Promise<void> {
  const [row] = await session.query<{ unlocked: boolean }>(
    `SELECT EXISTS (
       SELECT FROM unnest($1::oid[]) AS t (oid)
        WHERE NOT EXISTS (SELECT FROM pg_locks AS l
                           WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation = t.oid)
     ) AS unlocked`,
    [oids],
  )
  if (row?.unlocked !== false) throw overtaken()
}

function overtaken(cause?: unknown): TransientError {
  return new TransientError(
    {
      code: "BACKUP_OVERTAKEN",
      subject: "backup",
      message: "a table was created, renamed or dropped while the backup began",
      hint: "Try again once nobody changes the schema.",
    },
    { cause },
  )
}
