/** Who has USAGE on the schemas $1. */
export const schemaGrantsSql = `
SELECT n.nspname::text AS schema,
       CASE WHEN x.grantee <> 0 THEN pg_get_userbyid(x.grantee)::text END AS grantee,
       bool_or(x.is_grantable) AS grantable
  FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS x
 WHERE n.nspname = ANY ($1::text[]) AND x.privilege_type = 'USAGE'
 GROUP BY 1, 2
 ORDER BY 1, 2 NULLS FIRST`

/** What our role's default privileges give on new tables, everywhere and in the schemas $1. */
export const defaultGrantsSql = `
SELECT n.nspname::text AS schema,
       CASE WHEN x.grantee <> 0 THEN pg_get_userbyid(x.grantee)::text END AS grantee,
       x.privilege_type        AS privilege,
       bool_or(x.is_grantable) AS grantable
  FROM pg_default_acl AS d
  LEFT JOIN pg_namespace AS n ON n.oid = d.defaclnamespace
 CROSS JOIN aclexplode(d.defaclacl) AS x
 WHERE d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
   AND d.defaclobjtype = 'r'
   AND (d.defaclnamespace = 0 OR n.nspname = ANY ($1::text[]))
   AND x.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
 GROUP BY 1, 2, 3
 ORDER BY 1 NULLS FIRST, 2 NULLS FIRST, 3`
