/**
 * Each answers one row with the statement that would give what our role lacks, and no row where it has it or where
 * the thing doesn't exist. Things are looked up in the catalogs and not by ::regclass, which fails for a schema that
 * the role may not use.
 */

/** $1 schema, $2 table. Membership in the owner is enough, as long as its privileges are inherited. */
export const ownSql = `
SELECT CASE WHEN r.rolsuper THEN format('ALTER TABLE %I.%I OWNER TO %I;', n.nspname, c.relname, current_user)
            ELSE format('GRANT %I TO %I;', r.rolname, current_user) END AS grant
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_roles AS r     ON r.oid = c.relowner
 WHERE n.nspname = $1 AND c.relname = $2
   AND NOT pg_has_role(c.relowner, 'USAGE')`

/** $1 schema. */
export const createInSchemaSql = `
SELECT format('GRANT USAGE, CREATE ON SCHEMA %I TO %I;', n.nspname, current_user) AS grant
  FROM pg_namespace AS n
 WHERE n.nspname = $1
   AND NOT (has_schema_privilege(n.oid, 'CREATE') AND has_schema_privilege(n.oid, 'USAGE'))`

export const createOnDatabaseSql = `
SELECT format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) AS grant
 WHERE NOT has_database_privilege(current_database(), 'CREATE')`

/** $1 schema, $2 table, $3 privilege. */
export const tablePrivilegeSql = `
SELECT CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN ''
            ELSE format('GRANT USAGE ON SCHEMA %I TO %I; ', n.nspname, current_user) END
       || format('GRANT %s ON TABLE %I.%I TO %I;', $3::text, n.nspname, c.relname, current_user) AS grant
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = $1 AND c.relname = $2
   AND NOT (has_table_privilege(c.oid, $3::text) AND has_schema_privilege(n.oid, 'USAGE'))`

/** $1: a type as format_type prints it. Of an array the element type counts, as for PostgreSQL. */
export const usageOnTypeSql = `
SELECT CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN ''
            ELSE format('GRANT USAGE ON SCHEMA %I TO %I; ', n.nspname, current_user) END
       || format('GRANT USAGE ON TYPE %s TO %I;', format_type(e.oid, NULL), current_user) AS grant
  FROM pg_type AS t
  JOIN pg_type AS e      ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
  JOIN pg_namespace AS n ON n.oid = e.typnamespace
 WHERE format_type(t.oid, NULL) IN ($1::text, regexp_replace($1::text, '\\([0-9, -]+\\)', ''))
   AND NOT (has_type_privilege(e.oid, 'USAGE') AND has_schema_privilege(n.oid, 'USAGE'))
 LIMIT 1`
