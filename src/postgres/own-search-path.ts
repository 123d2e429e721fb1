import { ownSearchPathSetting } from "../domain/own-search-path.ts"
import { literal, sql } from "../sql/sql.ts"
import type { Session } from "./session.ts"

/**
 * The search_path that a session of this role in this database has by itself, instead of our pinned one.
 *
 * Our sessions start with the pin, so RESET doesn't lead there; the settings are read in PostgreSQL's own order of
 * precedence: role in database, role, database, all. What postgresql.conf says of it can't be read without privileges.
 */
const ownSearchPath = sql`coalesce((
             SELECT substr(entry, length('search_path=') + 1)
               FROM pg_db_role_setting AS s, unnest(s.setconfig) AS entry
              WHERE starts_with(entry, 'search_path=')
                AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
                AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
              ORDER BY s.setrole <> 0 DESC, s.setdatabase <> 0 DESC
              LIMIT 1), '"$user", public')`

/** Sets it, for a statement of a person's, whose names are found as in any session of this role. */
export async function useOwnSearchPath(session: Session): Promise<void> {
  await session.query(sql`SELECT set_config('search_path', ${ownSearchPath}, false)`)
}

/**
 * Keeps it for the statements that take it up while they run; everything else goes on under the pin.
 *
 * Without pg_catalog, which is then searched first: a path may name it last, and what follows in the same transaction is
 * ours again, asks with PostgreSQL's own types, and must meet PostgreSQL's own operators. The application's names are
 * found as before, except those with which it shadows PostgreSQL's.
 */
export async function keepOwnSearchPath(session: Session): Promise<void> {
  await session.query(sql`
    SELECT set_config(${literal(ownSearchPathSetting)}, coalesce(string_agg(part.name, ', ' ORDER BY part.place), ''), false)
      FROM regexp_matches(${ownSearchPath}, '"(?:[^"]|"")*"|[^",[:space:]]+', 'g') WITH ORDINALITY AS found (match, place),
           LATERAL (SELECT found.match[1] AS name, found.place) AS part
     WHERE part.name <> '"pg_catalog"' AND lower(part.name) <> 'pg_catalog'`)
}
