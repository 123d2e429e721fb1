import { columnSettings } from "../../sql/column-settings.ts"
import { indexSettings } from "../../sql/index-settings.ts"

/**
 * What the catalog reader asks. All run with `search_path = pg_catalog`, so that PostgreSQL qualifies the names in
 * the definitions that it prints, and so that operators and functions here are PostgreSQL's own.
 */

/** Names of relations as JSON, in the order of their names; `from` must call pg_class `r` and its schema `s`. */
function names(from: string): string {
  return `(
         SELECT coalesce(json_agg(json_build_object('schema', s.nspname, 'name', r.relname) ORDER BY s.nspname, r.relname), '[]')
           FROM pg_inherits AS h
           JOIN pg_class AS r     ON r.oid = ${from}
           JOIN pg_namespace AS s ON s.oid = r.relnamespace`
}

/**
 * The tables wanted ($1 schemas, $2 names, pairwise; or every table of the schemas $3), with their partitions and
 * the tables that they are partitions of.
 */
export const relationsSql = `
WITH RECURSIVE
wanted AS (
  SELECT c.oid
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest($1::text[], $2::text[]))
      OR n.nspname = ANY ($3::text[])
),
above AS (
  SELECT oid FROM wanted
  UNION
  SELECT i.inhparent FROM pg_inherits AS i JOIN above ON above.oid = i.inhrelid
),
tree AS (
  SELECT oid FROM above
  UNION
  SELECT i.inhrelid FROM pg_inherits AS i JOIN tree ON tree.oid = i.inhparent
)
SELECT c.oid::text             AS oid,
       n.nspname::text         AS schema,
       c.relname::text         AS name,
       pg_get_userbyid(c.relowner)::text AS owner,
       CASE WHEN c.relkind = 'p' THEN 'parent' WHEN c.relispartition THEN 'partition' ELSE 'none' END AS partitioning,
       pg_get_partkeydef(c.oid) AS partition_key,
       CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
       pn.nspname::text        AS parent_schema,
       p.relname::text         AS parent_name,
       ${names("h.inhparent")}
          WHERE h.inhrelid = c.oid AND NOT c.relispartition) AS inherits,
       ${names("h.inhrelid")}
          WHERE h.inhparent = c.oid AND NOT r.relispartition) AS inherited_by,
       CASE c.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' ELSE 'temporary' END AS persistence,
       c.relrowsecurity        AS rls_enabled,
       c.relforcerowsecurity   AS rls_forced,
       CASE c.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' ELSE 'default' END
                               AS replica_identity,
       d.description           AS comment
  FROM tree
  JOIN pg_class AS c            ON c.oid = tree.oid
  JOIN pg_namespace AS n        ON n.oid = c.relnamespace
  LEFT JOIN pg_inherits AS i    ON i.inhrelid = c.oid AND c.relispartition
  LEFT JOIN pg_class AS p       ON p.oid = i.inhparent
  LEFT JOIN pg_namespace AS pn  ON pn.oid = p.relnamespace
  LEFT JOIN pg_description AS d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
 WHERE c.relkind IN ('r', 'p')
   AND n.nspname <> 'sluice'`

/** $1: the tables' oids. A column of 18 with a NOT NULL that isn't validated yet may still hold NULL. */
export const columnsSql = `
SELECT a.attrelid::text AS relation,
       a.attname::text  AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AND NOT EXISTS (
         SELECT FROM pg_constraint AS o
          WHERE o.conrelid = a.attrelid AND o.contype = 'n' AND o.conkey = ARRAY[a.attnum] AND NOT o.convalidated
       ) AS not_null,
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(v.adbin, v.adrelid) END  AS default,
       CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity,
       CASE WHEN a.attgenerated <> '' THEN pg_get_expr(v.adbin, v.adrelid) END AS generated,
       CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
       d.description    AS comment,
       CASE WHEN t.typtype = 'd' THEN true END AS domain,
       ${columnSettings} AS settings
  FROM pg_attribute AS a
  JOIN pg_type AS t             ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS v     ON v.adrelid = a.attrelid AND v.adnum = a.attnum
  LEFT JOIN pg_description AS d ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
 WHERE a.attrelid = ANY ($1::oid[])
   AND a.attnum > 0
   AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum`

/**
 * $1: the tables' oids. A foreign key to a partitioned table has inner constraints, one per partition, on the same
 * table: they are no constraints of their own.
 */
export const constraintsSql = `
SELECT o.conrelid::text AS relation,
       o.conname::text  AS name,
       CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'
                      WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclude' WHEN 'n' THEN 'not null' END AS kind,
       ARRAY (
         SELECT a.attname::text
           FROM unnest(o.conkey) WITH ORDINALITY AS k (attnum, position)
           JOIN pg_attribute AS a ON a.attrelid = o.conrelid AND a.attnum = k.attnum
          ORDER BY k.position
       ) AS columns,
       o.contype = 'c' AND 0 = ANY (o.conkey) AS whole_row,
       pg_get_constraintdef(o.oid) AS definition,
       o.convalidated   AS validated,
       fn.nspname::text AS references_schema,
       f.relname::text  AS references_name,
       d.description    AS comment
  FROM pg_constraint AS o
  LEFT JOIN pg_constraint AS parent ON parent.oid = o.conparentid
  LEFT JOIN pg_class AS f           ON f.oid = o.confrelid
  LEFT JOIN pg_namespace AS fn      ON fn.oid = f.relnamespace
  LEFT JOIN pg_description AS d     ON d.classoid = 'pg_constraint'::regclass AND d.objoid = o.oid
 WHERE o.conrelid = ANY ($1::oid[])
   AND o.contype IN ('p', 'u', 'c', 'f', 'x', 'n')
   AND parent.conrelid IS DISTINCT FROM o.conrelid
 ORDER BY o.conrelid, o.conname`

/** $1: the tables' oids. Columns of INCLUDE are no part of the key; where the key has an expression, its text stands. */
export const indexesSql = `
SELECT x.indrelid::text AS relation,
       c.relname::text  AS name,
       ARRAY (
         SELECT coalesce(a.attname::text, pg_get_indexdef(x.indexrelid, k.position::int, false))
           FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k (attnum, position)
           LEFT JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
          WHERE k.position <= x.indnkeyatts
          ORDER BY k.position
       ) AS columns,
       ARRAY (
         SELECT a.attname::text
           FROM pg_attribute AS a
          WHERE a.attrelid = x.indrelid
            AND (a.attnum = ANY (x.indkey::int2[])
                 OR a.attnum IN (SELECT d.refobjsubid FROM pg_depend AS d
                                  WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid
                                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = x.indrelid))
            AND a.attnum > 0
          ORDER BY a.attname
       ) AS reads,
       x.indisunique    AS unique,
       x.indisvalid AND x.indisready AND x.indislive AS valid,
       pg_get_indexdef(x.indexrelid) AS definition,
       o.conname::text  AS constraint,
       x.indisclustered AS clustered,
       x.indisreplident AS identifies,
       d.description    AS comment,
       ${indexSettings} AS settings
  FROM pg_index AS x
  JOIN pg_class AS c            ON c.oid = x.indexrelid
  LEFT JOIN pg_constraint AS o  ON o.conindid = x.indexrelid AND o.conrelid = x.indrelid AND o.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_description AS d ON d.classoid = 'pg_class'::regclass AND d.objoid = x.indexrelid AND d.objsubid = 0
 WHERE x.indrelid = ANY ($1::oid[])
 ORDER BY x.indrelid, c.relname`

/** $1: the tables' oids. */
export const triggersSql = `
SELECT t.tgrelid::text AS relation,
       t.tgname::text  AS name,
       pg_get_triggerdef(t.oid) AS definition,
       CASE t.tgenabled WHEN 'O' THEN 'origin' WHEN 'A' THEN 'always' WHEN 'R' THEN 'replica' ELSE 'disabled' END AS enabled,
       p.prosrc AS body,
       c.relname::text AS on_table,
       array_remove(ARRAY[t.tgnewtable::text, t.tgoldtable::text], NULL) AS transition
  FROM pg_trigger AS t
  JOIN pg_proc AS p  ON p.oid = t.tgfoid
  JOIN pg_class AS c ON c.oid = t.tgrelid
 WHERE t.tgrelid = ANY ($1::oid[])
   AND NOT t.tgisinternal
 ORDER BY t.tgrelid, t.tgname`

/** $1: the tables' oids. Where nobody has granted anything, the owner alone has rights. */
export const grantsSql = `
SELECT acl.relation,
       CASE WHEN acl.grantee <> 0 THEN pg_get_userbyid(acl.grantee)::text END AS grantee,
       acl.privilege_type        AS privilege,
       acl.column,
       bool_or(acl.is_grantable) AS grantable
  FROM (
         SELECT c.oid::text AS relation, NULL::text AS column, x.*
           FROM pg_class AS c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS x
          WHERE c.oid = ANY ($1::oid[])
          UNION ALL
         SELECT a.attrelid::text, a.attname::text, x.*
           FROM pg_attribute AS a, aclexplode(a.attacl) AS x
          WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
       ) AS acl
 WHERE acl.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2 NULLS FIRST, 4 NULLS FIRST, 3`

/**
 * $1: the tables' oids, $2: our version schemas, whose views don't count. Views (by their rewrite rule), functions and
 * columns that use the table itself or its row type (alone or as an array), and foreign tables that are partitions.
 */
export const dependentsSql = `
WITH
target AS (
  SELECT c.oid AS relation, 'pg_class'::regclass AS class, c.oid AS object FROM pg_class AS c WHERE c.oid = ANY ($1::oid[])
  UNION ALL
  SELECT t.typrelid, 'pg_type'::regclass, t.oid FROM pg_type AS t WHERE t.typrelid = ANY ($1::oid[])
  UNION ALL
  SELECT t.typrelid, 'pg_type'::regclass, t.typarray FROM pg_type AS t WHERE t.typrelid = ANY ($1::oid[])
),
dependent AS (
  SELECT target.relation,
         CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END AS class,
         coalesce(r.ev_class, d.objid) AS object,
         CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END AS part
    FROM target
    JOIN pg_depend AS d       ON d.refclassid = target.class AND d.refobjid = target.object
    LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
   WHERE d.deptype = 'n'
     AND (r.oid IS NOT NULL
          OR d.classid = 'pg_proc'::regclass
          OR (d.classid = 'pg_class'::regclass AND target.class = 'pg_type'::regclass))
  UNION
  SELECT i.inhparent, 'pg_class'::regclass, i.inhrelid, 0
    FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhrelid
   WHERE i.inhparent = ANY ($1::oid[]) AND c.relkind = 'f'
)
SELECT DISTINCT dependent.relation::text AS relation, described.type || ' ' || described.identity AS dependent
  FROM dependent,
       pg_identify_object(dependent.class, dependent.object, dependent.part) AS described
 WHERE dependent.object <> dependent.relation
   AND described.schema IS DISTINCT FROM 'sluice'
   AND (described.schema IS NULL OR described.schema NOT IN (SELECT quote_ident(own) FROM unnest($2::text[]) AS own))
   AND described.identity NOT LIKE 'sluice.%'
 ORDER BY 1, 2`

/** Names that are taken by something else than a table: in the schemas $1, and under the wanted names ($2, $3). */
export const otherRelationsSql = `
SELECT n.nspname::text AS schema,
       c.relname::text AS name,
       CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                      WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'composite type' ELSE 'index' END AS kind
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm', 'S', 'f', 'c', 'i', 'I')
   AND n.nspname <> 'sluice'
   AND (n.nspname = ANY ($1::text[]) OR (n.nspname, c.relname) IN (SELECT * FROM unnest($2::text[], $3::text[])))`

/**
 * Functions by schema ($1; null: pg_catalog), name ($2) and number of arguments ($3; null: any). Of the overloads that
 * take so many the most volatile counts: v > s > i; where none does, of all.
 */
export const functionsSql = `
SELECT w.schema,
       w.name,
       w.arguments,
       CASE coalesce(max(p.provolatile::text) FILTER (
              WHERE w.arguments IS NULL
                 OR w.arguments BETWEEN p.pronargs - p.pronargdefaults AND p.pronargs
                 OR (p.provariadic <> 0 AND w.arguments >= p.pronargs - 1)
            ), max(p.provolatile::text))
            WHEN 'v' THEN 'volatile' WHEN 's' THEN 'stable' ELSE 'immutable' END AS volatility,
       -- Its body finds names by the caller's search_path: it has none of its own, and was not parsed when it was made.
       bool_or(l.lanname NOT IN ('internal', 'c')
               AND p.prosqlbody IS NULL
               AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS own WHERE own LIKE 'search_path=%')) AS "byCallersPath"
  FROM unnest($1::text[], $2::text[], $3::int[]) AS w (schema, name, arguments)
  JOIN pg_namespace AS n ON n.nspname = coalesce(w.schema, 'pg_catalog')
  JOIN pg_proc AS p      ON p.pronamespace = n.oid AND p.proname = w.name
  JOIN pg_language AS l  ON l.oid = p.prolang
 GROUP BY w.schema, w.name, w.arguments`

/** Every version schema of ours that is really there. Only where the journal has the table: see the frame. */
export const versionSchemasSql = `
SELECT v.name, v.base, v.revision, v.hidden_at IS NOT NULL AS hidden
  FROM sluice.version_schema AS v
 WHERE EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = v.name)
 ORDER BY v.name`

/** Which of the schemas $1 exist, the server's major version, our role, and whether the journal knows of versions. */
export const frameSql = `
SELECT current_setting('server_version_num')::int / 10000 AS major,
       current_user::text AS role,
       EXISTS (
         SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
          WHERE n.nspname = 'sluice' AND c.relname = 'version_schema'
       ) AS has_versions,
       ARRAY (SELECT nspname::text FROM pg_namespace WHERE nspname = ANY ($1::text[]) AND nspname <> 'sluice') AS schemas`
