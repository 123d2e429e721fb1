import type { Session } from "./session.ts"
import { isClientBackend } from "./sql/client-backend.ts"

/** How many sessions of the role are connected to this database now. 0 as well where no such role exists. */
export async function countRoleSessions(session: Session, role: string): Promise<number> {
  const [row] = await session.query<{ sessions: number }>(
    `SELECT count(*)::int AS sessions
       FROM pg_stat_activity
      WHERE datname = current_database()
        AND usename = $1
        AND ${isClientBackend}`,
    [role],
  )
  return row?.sessions ?? 0
}
