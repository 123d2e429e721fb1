import type { Grant } from "../catalog/rights.ts"
import type { RelationName } from "../domain/relation.ts"
import type { GrantRow } from "./catalog-rows.ts"
import { grantsSql } from "./sql/catalog.ts"
import type { Session } from "./session.ts"

/** Who owns a table or view, and who may do what with it, the owner included. */
export async function readGrants(
  session: Session,
  { schema, name }: RelationName,
): Promise<{ readonly owner: string | null; readonly grants: readonly Grant[] }> {
  const [relation] = await session.query<{ oid: string; owner: string }>(
    `SELECT c.oid::text AS oid, pg_get_userbyid(c.relowner)::text AS owner
       FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, name],
  )
  if (!relation) return { owner: null, grants: [] }
  return { owner: relation.owner, grants: await session.query<GrantRow>(grantsSql, [[relation.oid]]) }
}
