/** Every domain, with the type and its modifiers that it comes down to. Of domains over domains the innermost one counts. */
export const domainsSql = `
WITH RECURSIVE level AS (
  SELECT oid AS domain, 1 AS depth, oid AS checked, typbasetype AS base, typtypmod AS modifier, typnotnull AS not_null
    FROM pg_type
   WHERE typtype = 'd'
  UNION ALL
  SELECT level.domain, level.depth + 1, t.oid, t.typbasetype, t.typtypmod, t.typnotnull
    FROM level
    JOIN pg_type AS t ON t.oid = level.base AND t.typtype = 'd'
)
SELECT format_type(domain, NULL) AS name,
       (array_agg(format_type(base, modifier) ORDER BY depth DESC))[1] AS base,
       bool_or(not_null) AS "notNull",
       bool_or(EXISTS (SELECT FROM pg_constraint AS o WHERE o.contypid = level.checked AND o.contype = 'c')) AS "hasChecks",
       (SELECT pg_get_expr(typdefaultbin, 0) FROM pg_type WHERE oid = domain) AS default
  FROM level
 GROUP BY domain
 ORDER BY 1`
