import type { ColumnName } from "../../domain/relation.ts"
import { join, literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"

/**
 * The tables of the columns and their partitions, as oids, with each column's position, from 1. The columns stand in the
 * text, so that the server plans it once for all the times that a session asks (see Session.ask).
 */
const holders = (columns: readonly ColumnName[]): Sql => sql`
holder AS (
  SELECT wanted.position, tree.relid, a.attnum, a.attname, a.attnotnull, a.atthasdef, a.attgenerated, a.atttypid,
         -- rows come to a partition by the whole table, whose default counts then
         whole.atthasdef OR whole.attidentity <> '' OR whole.attgenerated <> '' AS fills
    FROM (VALUES ${join(columns.map(wanted), ", ")}) AS wanted (position, schema, name, attname)
    JOIN pg_namespace AS n ON n.nspname = wanted.schema
    JOIN pg_class AS c     ON c.relnamespace = n.oid AND c.relname = wanted.name
    JOIN pg_attribute AS whole ON whole.attrelid = c.oid AND whole.attname = wanted.attname AND NOT whole.attisdropped,
         LATERAL (SELECT c.oid AS relid UNION SELECT p.relid FROM pg_partition_tree(c.oid) AS p) AS tree
    JOIN pg_attribute AS a ON a.attrelid = tree.relid
   WHERE a.attname = wanted.attname AND NOT a.attisdropped
)`

/**
 * What could refuse a write because of the column, of the table and, without what comes down from the table above, of
 * each partition. A foreign key of the table to itself counts for the columns at both its ends.
 */
export const columnBondsSql = (columns: readonly ColumnName[]): Sql => sql`
WITH ${holders(columns)},
bond AS (
  SELECT holder.position, holder.relid,
         CASE o.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'
                        WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclude' END AS kind,
         o.conname::text AS name, FALSE AS partitioned
    FROM holder
    JOIN pg_constraint AS o ON o.conrelid = holder.relid
   WHERE o.contype IN ('p', 'u', 'c', 'f', 'x')
     AND o.conparentid = 0 AND o.coninhcount = 0
     AND (holder.attnum = ANY (o.conkey)
          OR (o.contype = 'c' AND 0 = ANY (o.conkey))  -- of the whole row, of which the column stays a part
          OR (o.confrelid = o.conrelid AND holder.attnum = ANY (o.confkey))
          -- an exclusion constraint's expressions and condition, and a unique one's INCLUDE, are its index's
          OR EXISTS (SELECT FROM pg_depend AS d
                      WHERE o.contype IN ('p', 'u', 'x') AND d.classid = 'pg_class'::regclass AND d.objid = o.conindid
                        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = holder.relid
                        AND d.refobjsubid = holder.attnum)
          OR EXISTS (SELECT FROM pg_index AS x
                      WHERE o.contype IN ('p', 'u', 'x') AND x.indexrelid = o.conindid
                        AND holder.attnum = ANY (x.indkey::int2[])))
  UNION ALL
  SELECT holder.position, holder.relid, 'unique index', c.relname::text, c.relkind = 'I'
    FROM holder
    JOIN pg_index AS x ON x.indrelid = holder.relid
    JOIN pg_class AS c ON c.oid = x.indexrelid
   WHERE x.indisunique
     AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))
     AND NOT EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhrelid = x.indexrelid)
     AND (holder.attnum = ANY (x.indkey::int2[])
          OR EXISTS (SELECT FROM pg_depend AS d
                      WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid
                        AND d.refclassid = 'pg_class'::regclass AND d.refobjid = holder.relid
                        AND d.refobjsubid = holder.attnum))
  UNION ALL
  -- one that isn't validated refuses new rows as well
  SELECT holder.position, holder.relid, 'not null', NULL, FALSE
    FROM holder
   WHERE holder.attnotnull
     AND NOT EXISTS (SELECT FROM pg_inherits AS i
                       JOIN pg_attribute AS above ON above.attrelid = i.inhparent AND above.attname = holder.attname
                      WHERE i.inhrelid = holder.relid AND above.attnotnull)
  UNION ALL
  SELECT holder.position, holder.relid, 'default', NULL, FALSE
    FROM holder
   WHERE holder.atthasdef AND holder.attgenerated = ''
  UNION ALL
  SELECT holder.position, holder.relid, 'domain', format_type(holder.atttypid, NULL), FALSE
    FROM holder
   WHERE EXISTS (
           WITH RECURSIVE below AS (
             SELECT t.typtype, t.typnotnull, t.typbasetype FROM pg_type AS t WHERE t.oid = holder.atttypid
             UNION ALL
             SELECT t.typtype, t.typnotnull, t.typbasetype FROM below JOIN pg_type AS t ON t.oid = below.typbasetype
           )
           SELECT FROM below WHERE typtype = 'd' AND typnotnull)
)
SELECT bond.position::int AS position,
       n.nspname::text AS schema,
       c.relname::text AS table,
       bond.kind,
       bond.name,
       bond.partitioned,
       holder.fills
  FROM bond
  JOIN holder            ON holder.position = bond.position AND holder.relid = bond.relid
  JOIN pg_class AS c     ON c.oid = bond.relid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 ORDER BY 1, 2, 3, 4, 5`

/** The tables in which the columns are, as the questions after a column's users want them. */
export const columnHoldersSql = (columns: readonly ColumnName[]): Sql => sql`
WITH ${holders(columns)}
SELECT holder.position::int AS position,
       holder.relid::text AS oid,
       n.nspname::text AS schema,
       c.relname::text AS table
  FROM holder
  JOIN pg_class AS c     ON c.oid = holder.relid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace`

function wanted({ relation, column }: ColumnName, at: number): Sql {
  return sql`(${literal(at + 1)}, ${literal(relation.schema)}::name, ${literal(relation.name)}::name, ${literal(column)}::name)`
}
