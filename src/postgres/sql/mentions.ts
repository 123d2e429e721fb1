/**
 * $1 schemas, $2 tables, $3 columns, pairwise, and for each $4, $5 the regular expressions that find the table's and the
 * column's name as words. Functions and procedures whose body is a text: what stands in one PostgreSQL looks at when it
 * runs, so that nothing in the catalog says what it reads. Not those of PostgreSQL, of an extension, of ours, and not
 * the functions of the table's own triggers, which say NEW.name without the table's name and are told anyway.
 */
export const mentionsSql = `
SELECT w.schema, w.name, w.attribute AS column, p.oid::regprocedure::text AS function
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS w (schema, name, attribute, table_word, column_word)
  JOIN pg_proc AS p ON p.prosrc ~* w.column_word AND p.prosrc ~* w.table_word
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
  JOIN pg_language AS l ON l.oid = p.prolang
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'sluice')
   AND n.nspname !~ '^pg_'
   AND l.lanname NOT IN ('internal', 'c')
   AND p.prokind IN ('f', 'p')
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
   AND NOT EXISTS (SELECT FROM pg_trigger AS t
                     JOIN pg_class AS c     ON c.oid = t.tgrelid
                     JOIN pg_namespace AS s ON s.oid = c.relnamespace
                    WHERE t.tgfoid = p.oid AND s.nspname = w.schema AND c.relname = w.name)
 ORDER BY 1, 2, 3, 4`
