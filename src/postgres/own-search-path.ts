import type { Session } from "./session.ts"

/**
 * Sets the search_path that a session of this role in this database has by itself, instead of our pinned one. For
 * statements that call functions of the application (its triggers, checks, indexes), which rely on it.
 *
 * Our sessions start with the pin, so RESET doesn't lead there; the settings are read in PostgreSQL's own order of
 * precedence: role in database, role, database, all. What postgresql.conf says of it can't be read without privileges.
 */
export async function useOwnSearchPath(session: Session): Promise<void> {
  await session.query(`
    SELECT set_config('search_path', coalesce((
             SELECT substr(entry, length('search_path=') + 1)
               FROM pg_db_role_setting AS s, unnest(s.setconfig) AS entry
              WHERE starts_with(entry, 'search_path=')
                AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
                AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
              ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC
              LIMIT 1), '"$user", public'), false)`)
}
