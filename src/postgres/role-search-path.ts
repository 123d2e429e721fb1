import type { Session } from "./session.ts"

/** What search_path the sessions of a role begin with in this database. */
export interface RoleSearchPath {
  readonly database: string
  readonly exists: boolean
  /** As PostgreSQL keeps it; null: it isn't set for the role, here or everywhere, nor for the database. */
  readonly setting: string | null
}

/**
 * Reads the settings in PostgreSQL's own order of precedence: role in database, role, database. What an application
 * sets itself can't be seen.
 */
export async function readRoleSearchPath(session: Session, role: string): Promise<RoleSearchPath> {
  const [row] = await session.query<RoleSearchPath>(
    `SELECT d.datname::text AS database,
            r.oid IS NOT NULL AS exists,
            (
              SELECT substr(entry, length('search_path=') + 1)
                FROM pg_db_role_setting AS s, unnest(s.setconfig) AS entry
               WHERE starts_with(entry, 'search_path=')
                 AND s.setdatabase IN (0, d.oid)
                 AND s.setrole IN (0, r.oid)
               ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC
               LIMIT 1
            ) AS setting
       FROM pg_database AS d
       LEFT JOIN pg_roles AS r ON r.rolname = $1
      WHERE d.datname = current_database()`,
    [role],
  )
  return row ?? { database: "", exists: false, setting: null }
}
