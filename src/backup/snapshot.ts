import { BugError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"
import { withSession } from "../postgres/session.ts"
import type { Secret } from "../config/config.ts"

export interface SnapshotOptions {
  readonly url: Secret
  readonly applicationName: string
  readonly signal: AbortSignal
  readonly lockTimeoutMs: number
}

/**
 * Holds one snapshot open and exports it, so that what the session reads and what pg_dump writes are the same rows.
 * Row level security raises an error instead of hiding rows.
 */
export async function withSnapshot<T>(
  options: SnapshotOptions,
  work: (session: Session, snapshot: string) => Promise<T>,
): Promise<T> {
  // While pg_dump works the session may be idle in its transaction for long.
  return withSession({ ...options, idleInTransactionTimeoutMs: 0 }, async (session) => {
    await endEarlierSessions(session, options.applicationName)
    return session.transaction(
      async () => {
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
