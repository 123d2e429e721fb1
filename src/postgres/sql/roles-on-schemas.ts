/**
 * Roles whose sessions begin with one of the schemas in their search_path, here or in every database: `$1` text[] the
 * schemas. `role` null: a setting of the database, for every role.
 */
export const rolesOnSchemasSql = `
SELECT DISTINCT wanted.schema, r.rolname::text AS role, s.setdatabase <> 0 AS "isHere"
  FROM pg_db_role_setting AS s
  LEFT JOIN pg_roles AS r ON r.oid = s.setrole
 CROSS JOIN unnest(s.setconfig) AS entry
 CROSS JOIN unnest($1::text[]) AS wanted (schema)
 WHERE starts_with(entry, 'search_path=')
   AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
   AND EXISTS (SELECT FROM string_to_table(substr(entry, length('search_path=') + 1), ',') AS part
                WHERE replace(btrim(btrim(part), '"'), '""', '"') = wanted.schema)
 ORDER BY 1, 2`
