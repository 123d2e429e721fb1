import { isClientBackend } from "./client-backend.ts"

/**
 * One row with everything that `doctor` says of a role on a server. $1: the target's schemas. Names are quoted ready
 * for use in a statement. `reserved_connections` is 16's.
 */
export const matrixSql = `
WITH
me AS (
  SELECT r.oid, r.rolsuper, r.rolcreatedb, r.rolreplication, r.rolconnlimit
    FROM pg_roles AS r WHERE r.rolname = current_user
),
foreign_table AS (
  SELECT c.oid, quote_ident(o.rolname) AS owner, o.rolsuper AS of_superuser
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_roles AS o     ON o.oid = c.relowner
   WHERE n.nspname = ANY ($1::text[])
     AND c.relkind IN ('r', 'p')
     AND NOT pg_has_role(c.relowner, 'USAGE')
),
connection AS (
  SELECT count(*) AS used, count(*) FILTER (WHERE usesysid = me.oid) AS own
    FROM pg_stat_activity, me
   WHERE ${isClientBackend}
)
SELECT quote_ident(current_user)                          AS role,
       quote_ident(current_database())                    AS database,
       current_setting('server_version_num')::int / 10000 AS major,
       pg_is_in_recovery()                                AS in_recovery,
       (SELECT count(*)::int FROM foreign_table)          AS foreign_tables,
       ARRAY (SELECT DISTINCT owner FROM foreign_table WHERE NOT of_superuser ORDER BY owner) AS foreign_owners,
       EXISTS (SELECT FROM foreign_table WHERE of_superuser) AS superuser_owns,
       ARRAY (SELECT quote_ident(s) FROM unnest($1::text[]) AS s
               WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = s)) AS missing_schemas,
       ARRAY (SELECT quote_ident(nspname) FROM pg_namespace
               WHERE nspname = ANY ($1::text[])
                 AND NOT (has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE'))
               ORDER BY nspname)                          AS closed_schemas,
       has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
       me.rolsuper OR me.rolcreatedb                      AS may_create_database,
       pg_has_role('pg_read_all_stats', 'USAGE')          AS sees_statistics,
       has_parameter_privilege('session_replication_role', 'SET') AS may_set_replica_role,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS has_statements,
       current_setting('pg_stat_statements.track', true) IS NOT NULL AS loads_statements,
       greatest(0, least(
         current_setting('max_connections')::int
           - CASE WHEN me.rolsuper THEN 0
                  ELSE current_setting('superuser_reserved_connections')::int
                       + coalesce(current_setting('reserved_connections', true)::int, 0) END
           - connection.used,
         CASE WHEN me.rolsuper OR me.rolconnlimit < 0 THEN NULL ELSE me.rolconnlimit - connection.own END
       ))::int                                            AS free_connections
  FROM me, connection`
