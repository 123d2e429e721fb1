/**
 * A session of pg_stat_activity that isn't one of the server's own processes. Of other roles' sessions an ordinary role is
 * shown database, role and application alone, and no `backend_type` (PostgreSQL, pg_stat_get_activity): one that has a
 * role is taken for a client's then.
 */
export const isClientBackend =
  "coalesce(backend_type, CASE WHEN usesysid IS NOT NULL THEN 'client backend' END) = 'client backend'"
