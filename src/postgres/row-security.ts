import type { RelationName } from "../domain/relation.ts"
import type { Session } from "./session.ts"

/**
 * Whether row security applies to our role on that table; then `grant` is the statement that lifts it. Null where it
 * doesn't, or where there is no such table.
 */
export async function isRowSecurityActive(
  session: Session,
  { schema, name }: RelationName,
): Promise<{ readonly grant: string } | null> {
  const [row] = await session.query<{ grant: string }>(
    `SELECT CASE WHEN c.relforcerowsecurity OR pg_has_role(c.relowner, 'USAGE')
                 THEN format('ALTER ROLE %I BYPASSRLS;', current_user)
                 ELSE format('GRANT %I TO %I;', pg_get_userbyid(c.relowner), current_user) END AS grant
       FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2
        AND c.relkind IN ('r', 'p')
        AND row_security_active(c.oid)`,
    [schema, name],
  )
  return row ?? null
}
