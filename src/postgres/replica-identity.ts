import type { RelationName } from "../domain/relation.ts"
import type { Session } from "./session.ts"

/** A table whose rows PostgreSQL refuses to update, and the publications because of which. */
export interface UnidentifiedTable extends RelationName {
  readonly publications: readonly string[]
}

/**
 * As PostgreSQL judges it when it updates a row: of a partitioned table each partition has an identity of its own, and
 * is published by what publishes any table above it. An index that is deferrable identifies nothing.
 */
const unidentifiedSql = `
WITH root AS (
  SELECT c.oid
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname = $1 AND c.relname = $2
), holder AS ( -- of rows
  SELECT c.oid, c.relnamespace, c.relname
    FROM (SELECT oid FROM root UNION SELECT p.relid FROM root, pg_partition_tree(root.oid) AS p) AS tree
    JOIN pg_class AS c ON c.oid = tree.oid
   WHERE c.relkind = 'r'
     AND c.relpersistence = 'p'
     AND c.relreplident <> 'f'
     AND NOT EXISTS (SELECT FROM pg_index AS i
                      WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
                        AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE FALSE END)
), published AS (
  SELECT holder.oid, above.oid AS relation, above.relnamespace AS schema
    FROM holder
    JOIN pg_class AS above
      ON above.oid = holder.oid OR above.oid IN (SELECT relid FROM pg_partition_ancestors(holder.oid))
)
SELECT n.nspname::text         AS schema,
       holder.relname::text    AS name,
       array_agg(p.pubname::text ORDER BY p.pubname) AS publications
  FROM holder
  JOIN pg_namespace AS n   ON n.oid = holder.relnamespace
  JOIN pg_publication AS p ON p.pubupdate
 WHERE p.puballtables
    OR EXISTS (SELECT FROM published AS u JOIN pg_publication_rel AS r ON r.prrelid = u.relation
                WHERE u.oid = holder.oid AND r.prpubid = p.oid)
    OR EXISTS (SELECT FROM published AS u JOIN pg_publication_namespace AS s ON s.pnnspid = u.schema
                WHERE u.oid = holder.oid AND s.pnpubid = p.oid)
 GROUP BY n.nspname, holder.relname
 ORDER BY n.nspname, holder.relname`

/** The table itself, or those of its partitions, whose updates are published without anything to tell rows apart. */
export async function unidentifiedTables(
  session: Session,
  { schema, name }: RelationName,
): Promise<readonly UnidentifiedTable[]> {
  return session.query<UnidentifiedTable>(unidentifiedSql, [schema, name])
}
