import type { Session } from "./session.ts"
import { isClientBackend } from "./sql/client-backend.ts"

export interface RoleSessions {
  readonly sessions: number
  /** As they call themselves; an address is shown to their own role and to monitors alone. */
  readonly applications: readonly string[]
}

/** The sessions of the role that are connected to this database now. None as well where no such role exists. */
export async function findRoleSessions(session: Session, role: string): Promise<RoleSessions> {
  const [row] = await session.query<RoleSessions>(
    `SELECT count(*)::int AS sessions,
            coalesce(array_agg(DISTINCT application_name) FILTER (WHERE application_name <> ''), '{}') AS applications
       FROM pg_stat_activity
      WHERE datname = current_database()
        AND usename = $1
        AND ${isClientBackend}`,
    [role],
  )
  return row ?? { sessions: 0, applications: [] }
}
