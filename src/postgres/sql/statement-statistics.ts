/** One row on whether statements can be looked at. Names are quoted ready for use in a statement. */
export const statisticsStateSql = `
SELECT quote_ident(current_user)                          AS role,
       quote_ident(n.nspname)                             AS schema,
       has_schema_privilege(n.oid, 'USAGE')
         AND has_table_privilege(v.oid, 'SELECT')
         AND has_function_privilege(f.oid, 'EXECUTE')     AS may_read,
       current_setting('pg_stat_statements.track', true)  AS track,
       pg_has_role('pg_read_all_stats', 'USAGE')          AS sees_all,
       EXISTS (SELECT FROM pg_class
                WHERE relnamespace = n.oid AND relname = 'pg_stat_statements_info') AS has_info
  FROM (SELECT) AS one
  LEFT JOIN pg_extension AS e ON e.extname = 'pg_stat_statements'
  LEFT JOIN pg_namespace AS n ON n.oid = e.extnamespace
  LEFT JOIN pg_class AS v     ON v.relnamespace = n.oid AND v.relname = 'pg_stat_statements'
  LEFT JOIN LATERAL (SELECT oid FROM pg_proc
                      WHERE pronamespace = n.oid AND proname = 'pg_stat_statements' LIMIT 1) AS f ON true`

/**
 * The statements of this database whose text holds one of the pairs of words, with the calls of each role, and first a row
 * with how many texts we may not see and how many the server has lost. $1, $2 text[]: the pairs, in lower case as they
 * stand in a text; the second may be empty. Texts of more than $3 characters are left out. The columns that it reads are
 * in every version of the extension.
 */
export const statementsSql = (schema: string): string => `
WITH seen AS MATERIALIZED (
  SELECT userid, queryid, calls, query, lower(query) AS lower_case
    FROM ${schema}.pg_stat_statements
   WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
),
counted AS (
  SELECT pg_get_userbyid(userid)::text AS role, queryid::text AS id, sum(calls)::float8 AS calls, min(query) AS text
    FROM seen
   WHERE length(query) <= $3
     AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS w (one, other)
                  WHERE position(w.one IN lower_case) > 0 AND position(w.other IN lower_case) > 0)
   GROUP BY userid, queryid
)
SELECT NULL AS role, NULL AS id,
       count(*) FILTER (WHERE query = '<insufficient privilege>')::float8 AS calls,
       (count(*) FILTER (WHERE query IS NULL))::text AS text
  FROM seen
UNION ALL
(SELECT role, id, calls, text FROM counted WHERE id IS NOT NULL ORDER BY calls DESC, role, id LIMIT $4)`

export const statisticsResetSql = (schema: string): string =>
  `SELECT stats_reset::text AS reset, dealloc::float8 AS dropped FROM ${schema}.pg_stat_statements_info`

/**
 * $1 schemas, $2 tables, $3 columns, pairwise: what applications lose. Answers them again with the table's partitions
 * (`own`), which statements may name as well, and other relations with a column of one of these names.
 */
export const columnNamesSql = `
WITH RECURSIVE
lost AS (
  SELECT c.oid, l.attribute
    FROM unnest($1::text[], $2::text[], $3::text[]) AS l (schema, name, attribute)
    JOIN pg_namespace AS n ON n.nspname = l.schema
    JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = l.name
  UNION
  SELECT i.inhrelid, lost.attribute
    FROM lost JOIN pg_inherits AS i ON i.inhparent = lost.oid
)
SELECT n.nspname AS schema, c.relname AS name, lost.attribute AS column, true AS own
  FROM lost
  JOIN pg_class AS c     ON c.oid = lost.oid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
UNION ALL
SELECT n.nspname, c.relname, a.attname, false
  FROM pg_attribute AS a
  JOIN pg_class AS c     ON c.oid = a.attrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE a.attname = ANY ($3::text[])
   AND a.attnum > 0
   AND NOT a.attisdropped
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'sluice')
   AND NOT EXISTS (SELECT FROM lost WHERE lost.oid = c.oid AND lost.attribute = a.attname)`

/** Every relation with rows that isn't some session's own. */
export const relationNamesSql = `
SELECT n.nspname::text AS schema, c.relname::text AS name
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND c.relpersistence <> 't'
   AND n.nspname <> 'pg_toast'`
