import { literal, sql } from "../../sql/sql.ts"
import type { Sql } from "../../sql/sql.ts"
import { doBlock } from "../sync/dollar-quoted.ts"

/**
 * A statement of plpgsql: writes down how the version schema whose name `schema` holds can be made again, as PostgreSQL
 * itself describes it now. By then somebody may have changed its rights.
 */
export function rememberVersion(schema: Sql): Sql {
  return sql`INSERT INTO sluice.dropped_version (name, base, revision, created_at, hidden_at, statements, grants)
    WITH one AS (
      SELECT n.* FROM pg_namespace AS n WHERE n.nspname = ${schema}
    ), shown AS (
      SELECT c.*, format('%I.%I', one.nspname, c.relname) AS title
        FROM one JOIN pg_class AS c ON c.relnamespace = one.oid AND c.relkind = 'v'
    ), foreign_owner AS (
      SELECT DISTINCT quote_ident(pg_get_userbyid(shown.relowner)) AS role
        FROM one, shown WHERE shown.relowner <> one.nspowner
    ), made (turn, statement) AS (
      SELECT 1, format('CREATE SCHEMA %I', one.nspname) FROM one
      UNION ALL
      SELECT 2, format('COMMENT ON SCHEMA %I IS %L', one.nspname, obj_description(one.oid, 'pg_namespace'))
        FROM one WHERE obj_description(one.oid, 'pg_namespace') IS NOT NULL
      UNION ALL
      SELECT 2, format('GRANT %s ON SCHEMA %I TO %s%s', acl.privilege_type, one.nspname, ${grantee}, ${grantOption})
        FROM one CROSS JOIN aclexplode(one.nspacl) AS acl LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
       WHERE acl.grantee <> one.nspowner
      UNION ALL
      -- a view can only be given to a role that may create in its schema, for that moment
      SELECT 3, format('GRANT CREATE ON SCHEMA %I TO %s', one.nspname, foreign_owner.role) FROM one, foreign_owner
      UNION ALL
      SELECT 4, format('CREATE VIEW %s%s AS %s', shown.title,
                       coalesce(' WITH (' || array_to_string(shown.reloptions, ', ') || ')', ''),
                       pg_get_viewdef(shown.oid))
        FROM shown
      UNION ALL
      SELECT 5, format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', shown.title, a.attname, pg_get_expr(v.adbin, v.adrelid))
        FROM shown
        JOIN pg_attrdef AS v   ON v.adrelid = shown.oid
        JOIN pg_attribute AS a ON a.attrelid = v.adrelid AND a.attnum = v.adnum
      UNION ALL
      SELECT 5, format('COMMENT ON VIEW %s IS %L', shown.title, obj_description(shown.oid, 'pg_class'))
        FROM shown WHERE obj_description(shown.oid, 'pg_class') IS NOT NULL
      UNION ALL
      SELECT 6, format('ALTER VIEW %s OWNER TO %I', shown.title, pg_get_userbyid(shown.relowner))
        FROM one, shown WHERE shown.relowner <> one.nspowner
      UNION ALL
      SELECT 7, format('REVOKE CREATE ON SCHEMA %I FROM %s', one.nspname, foreign_owner.role) FROM one, foreign_owner
    ), given (statement) AS (
      SELECT format('GRANT %s ON %s TO %s%s', acl.privilege_type, shown.title, ${grantee}, ${grantOption})
        FROM shown CROSS JOIN aclexplode(shown.relacl) AS acl LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
       WHERE acl.grantee <> shown.relowner
      UNION ALL
      SELECT format('GRANT %s (%I) ON %s TO %s%s', acl.privilege_type, a.attname, shown.title, ${grantee}, ${grantOption})
        FROM shown
        JOIN pg_attribute AS a ON a.attrelid = shown.oid AND a.attnum > 0
       CROSS JOIN aclexplode(a.attacl) AS acl LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
       WHERE acl.grantee <> shown.relowner
    )
    SELECT v.name, v.base, v.revision, v.created_at, v.hidden_at,
           (SELECT array_agg(made.statement ORDER BY made.turn, made.statement) FROM made),
           ARRAY (SELECT given.statement FROM given ORDER BY 1)
      FROM sluice.version_schema AS v JOIN one ON one.nspname = v.name
    ON CONFLICT (run, name) DO UPDATE 
    SET statements = excluded.statements, grants = excluded.grants, hidden_at = excluded.hidden_at;`
}

const grantee = sql`CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END`
const grantOption = sql`CASE WHEN acl.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END`

/**
 * Makes the version schemas of a base again that this run has dropped. One that an earlier run had hidden may show what
 * that run has dropped itself since: it stays away.
 */
export function restoreVersions(base: string): Sql {
  return doBlock(sql`
DECLARE
  gone sluice.dropped_version;
  statement text;
BEGIN
  FOR gone IN
    DELETE FROM sluice.dropped_version AS d
     WHERE d.run = coalesce(current_setting('sluice.run', true), '') AND d.base = ${literal(base)}
    RETURNING d.*
  LOOP
    BEGIN
      FOREACH statement IN ARRAY gone.statements LOOP
        EXECUTE statement;
      END LOOP;
      -- default privileges may give more than there was
      FOR statement IN
        SELECT DISTINCT format('REVOKE ALL ON %s FROM %s', c.oid::regclass, coalesce(quote_ident(r.rolname), 'PUBLIC'))
          FROM pg_class AS c
          JOIN pg_namespace AS n ON n.oid = c.relnamespace
         CROSS JOIN aclexplode(c.relacl) AS acl
          LEFT JOIN pg_roles AS r ON r.oid = acl.grantee
         WHERE n.nspname = gone.name AND acl.grantee <> c.relowner
      LOOP
        EXECUTE statement;
      END LOOP;
      FOREACH statement IN ARRAY gone.grants LOOP
        BEGIN
          EXECUTE statement;
        EXCEPTION WHEN undefined_object THEN
          NULL; -- to a role that is gone
        END;
      END LOOP;
      INSERT INTO sluice.version_schema (name, base, revision, created_at, hidden_at)
      VALUES (gone.name, gone.base, gone.revision, gone.created_at, gone.hidden_at);
    EXCEPTION WHEN undefined_column OR undefined_table THEN
      NULL;
    END;
  END LOOP;
END
`)
}
