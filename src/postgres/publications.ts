import type { RelationName } from "../domain/relation.ts"
import type { Session } from "./session.ts"

/**
 * Publications that send a table, or a partition of it, with every column that it has, those to come among them: one with
 * a list of columns doesn't.
 */
export async function publicationsOf(session: Session, { schema, name }: RelationName): Promise<readonly string[]> {
  const rows = await session.query<{ publication: string }>(
    `WITH published AS (
       SELECT member.oid, member.relnamespace
         FROM pg_class AS c
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_class AS member
           ON member.oid = c.oid
              OR member.oid IN (SELECT relid FROM pg_partition_ancestors(c.oid))
              OR member.oid IN (SELECT relid FROM pg_partition_tree(c.oid))
        WHERE n.nspname = $1 AND c.relname = $2
     )
     SELECT p.pubname::text AS publication
       FROM pg_publication AS p
      WHERE (p.pubinsert OR p.pubupdate)
        AND (p.puballtables
             OR EXISTS (SELECT FROM published AS u
                          JOIN pg_publication_rel AS r ON r.prrelid = u.oid AND r.prattrs IS NULL
                         WHERE r.prpubid = p.oid)
             OR EXISTS (SELECT FROM published AS u
                          JOIN pg_publication_namespace AS s ON s.pnnspid = u.relnamespace
                         WHERE s.pnpubid = p.oid))
      ORDER BY p.pubname`,
    [schema, name],
  )
  return rows.map(({ publication }) => publication)
}
