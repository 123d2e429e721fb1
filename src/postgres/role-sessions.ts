import type { Session } from "./session.ts"

/**
 * How many sessions of the role are connected to this database now. 0 as well where no such role exists. Of other roles'
 * sessions an ordinary role is shown database, role and application alone, and no `backend_type` (PostgreSQL,
 * pg_stat_get_activity): one that isn't told is taken for an application's.
 */
export async function countRoleSessions(session: Session, role: string): Promise<number> {
  const [row] = await session.query<{ sessions: number }>(
    `SELECT count(*)::int AS sessions
       FROM pg_stat_activity
      WHERE datname = current_database()
        AND usename = $1
        AND coalesce(backend_type, 'client backend') = 'client backend'`,
    [role],
  )
  return row?.sessions ?? 0
}
