/**
 * $1: the tables' oids, $2: our version schemas, whose views don't count. What would stop a column from being dropped,
 * column by column: views, rules, generated columns, policies, triggers that name it, foreign keys of other tables,
 * publications with a list of columns, functions with a parsed body, and the partition key. What goes with a column by
 * itself (its default, indexes, own constraints, statistics) isn't here, nor is anything of ours, nor what a partition
 * only has as a copy of its parent's.
 */
export const columnDependentsSql = `
WITH
used AS (
  SELECT d.refobjid AS relation, d.refobjsubid AS attnum, d.classid AS class, d.objid AS object, d.objsubid AS part
    FROM pg_depend AS d
   WHERE d.refclassid = 'pg_class'::regclass
     AND d.refobjid = ANY ($1::oid[])
     AND d.refobjsubid > 0
     AND d.deptype = 'n'
     -- a column's own default, unless it is generated from others
     AND NOT EXISTS (SELECT FROM pg_attrdef AS v WHERE d.classid = 'pg_attrdef'::regclass AND v.oid = d.objid
                        AND v.adrelid = d.refobjid AND v.adnum = d.refobjsubid)
     AND NOT EXISTS (SELECT FROM pg_constraint AS o
                      WHERE d.classid = 'pg_constraint'::regclass AND o.oid = d.objid
                        AND (o.conrelid = d.refobjid OR o.conparentid <> 0))
     AND NOT EXISTS (SELECT FROM pg_trigger AS g
                      WHERE d.classid = 'pg_trigger'::regclass AND g.oid = d.objid AND g.tgparentid <> 0)
),
named AS (
  SELECT used.relation,
         used.attnum,
         described.type || ' ' || described.identity AS dependent
    FROM used
    LEFT JOIN (pg_rewrite AS r JOIN pg_class AS e ON e.oid = r.ev_class AND e.relkind NOT IN ('r', 'p'))
           ON used.class = 'pg_rewrite'::regclass AND r.oid = used.object
    LEFT JOIN pg_attrdef AS v ON used.class = 'pg_attrdef'::regclass AND v.oid = used.object,
         -- the view of its rules, the column of a generating expression: what a person knows it by
         pg_identify_object(
           CASE WHEN r.oid IS NULL AND v.oid IS NULL THEN used.class ELSE 'pg_class'::regclass END,
           coalesce(r.ev_class, v.adrelid, used.object),
           coalesce(v.adnum, CASE WHEN r.oid IS NULL THEN used.part ELSE 0 END)
         ) AS described
   WHERE coalesce(r.ev_class, 0) <> used.relation
     AND described.schema IS DISTINCT FROM 'sluice'
     -- as it prints a schema: quoted where its name needs that
     AND (described.schema IS NULL OR described.schema NOT IN (SELECT quote_ident(own) FROM unnest($2::text[]) AS own))
     AND described.identity NOT LIKE 'sluice.%'
     AND described.identity NOT LIKE '"~sluice%'
  UNION
  SELECT p.partrelid, key.attnum, 'the partition key'
    FROM pg_partitioned_table AS p, unnest(p.partattrs::int2[]) AS key (attnum)
   WHERE p.partrelid = ANY ($1::oid[]) AND key.attnum > 0
)
SELECT named.relation::text AS relation, a.attname::text AS column, named.dependent
  FROM named
  JOIN pg_attribute AS a ON a.attrelid = named.relation AND a.attnum = named.attnum
 ORDER BY 1, 2, 3`
