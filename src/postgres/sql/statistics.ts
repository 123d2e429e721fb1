/** $1: the tables' oids. What CREATE STATISTICS has made, with the columns that it names or reads in its expressions. */
export const statisticsSql = `
SELECT s.stxrelid::text AS relation,
       format('%I.%I', n.nspname, s.stxname) AS name,
       ARRAY (
         SELECT DISTINCT a.attname::text
           FROM pg_depend AS d
           JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
          WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.oid
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.stxrelid
          ORDER BY 1
       ) AS columns
  FROM pg_statistic_ext AS s
  JOIN pg_namespace AS n ON n.oid = s.stxnamespace
 WHERE s.stxrelid = ANY ($1::oid[])
 ORDER BY 1, 2`
