import { preparedTransaction } from "../../domain/run.ts"
import { sessionState } from "./session-state.ts"

/**
 * Who keeps the backend $1 waiting, and for what. `pg_blocking_pids` shows a prepared transaction as 0: those are
 * looked up by the lock that is waited for. What the role may not see of others (pg_read_all_stats) is null.
 */
export const blockersSql = `
WITH
waiting AS (
  SELECT l.locktype, l.database, l.relation, l.transactionid,
         -- Who waits for a row waits for the end of a transaction; the row's table is in the lock held on the row.
         coalesce(l.relation, (SELECT t.relation FROM pg_locks AS t
                                WHERE t.pid = l.pid AND t.locktype = 'tuple' AND t.granted LIMIT 1)) AS table_oid
    FROM pg_locks AS l
   WHERE l.pid = $1 AND NOT l.granted
   LIMIT 1
),
subject AS (
  SELECT waiting.*, n.nspname::text AS schema, c.relname::text AS name
    FROM waiting
    LEFT JOIN pg_class AS c     ON c.oid = waiting.table_oid
    LEFT JOIN pg_namespace AS n ON n.oid = c.relnamespace
),
blocking AS (
  SELECT DISTINCT unnest(pg_blocking_pids($1)) AS pid
)
SELECT b.pid,
       s.locktype, s.schema, s.name,
       a.usename::text    AS user,
       a.application_name AS application,
       ${sessionState} AS state,
       (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS transaction_ms,
       a.query
  FROM blocking AS b
  LEFT JOIN subject AS s          ON true
  LEFT JOIN pg_stat_activity AS a ON a.pid = b.pid
 WHERE b.pid <> 0
UNION ALL
SELECT DISTINCT
       0, s.locktype, s.schema, s.name,
       x.owner::text,
       NULL,
       '${preparedTransaction}',
       (extract(epoch FROM clock_timestamp() - x.prepared) * 1000)::float8,
       'PREPARE TRANSACTION ' || quote_ident(x.gid)
  FROM blocking AS b
  JOIN subject AS s ON true
  JOIN pg_locks AS p
    ON p.pid IS NULL AND p.granted
   AND ((p.relation = s.relation AND p.database = s.database) OR p.transactionid = s.transactionid)
  JOIN pg_locks AS own
    ON own.pid IS NULL AND own.locktype = 'transactionid' AND own.virtualtransaction = p.virtualtransaction
  JOIN pg_prepared_xacts AS x ON x.transaction = own.transactionid
 WHERE b.pid = 0
 ORDER BY 1`
