import type { RelationName } from "../../domain/relation.ts"
import type { Session } from "../../postgres/session.ts"

/** Something of ours on a table of the application's. */
export interface Leftover {
  readonly relation: RelationName
  readonly kind: "trigger" | "column"
  readonly name: string
}

/**
 * Triggers that call a function of schema `sluice` or bear our name, and marker columns: boolean, named
 * `_sluice_filled_…`. Hidden columns of a contracted run hold the application's data and are never listed. Triggers first:
 * they read the columns. Partitions have both from their parent.
 */
export async function findLeftovers(session: Session): Promise<readonly Leftover[]> {
  const rows = await session.query<{ schema: string; table: string; kind: Leftover["kind"]; name: string }>(`
    SELECT n.nspname AS schema, c.relname AS table, 'trigger' AS kind, t.tgname AS name
      FROM pg_trigger AS t
      JOIN pg_class AS c ON c.oid = t.tgrelid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      JOIN pg_proc AS p ON p.oid = t.tgfoid
      JOIN pg_namespace AS f ON f.oid = p.pronamespace
     WHERE NOT t.tgisinternal AND t.tgparentid = 0
       AND (f.nspname = 'sluice' OR t.tgname LIKE '~sluice%')
     UNION ALL
    SELECT n.nspname, c.relname, 'column', a.attname
      FROM pg_attribute AS a
      JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE NOT a.attisdropped AND a.attnum > 0 AND a.attinhcount = 0
       AND a.attname LIKE '\\_sluice\\_filled\\_%' AND a.atttypid = 'boolean'::regtype
     ORDER BY kind DESC, schema, 2, name`)
  return rows.map(({ schema, table, kind, name }) => ({ relation: { schema, name: table }, kind, name }))
}

/**
 * Columns that a contracted run has hidden and nothing drops or brings back any more once its journal is gone: they hold
 * the application's data. Partitions have them from their parent.
 */
export async function findHiddenColumns(
  session: Session,
): Promise<readonly { readonly relation: RelationName; readonly name: string }[]> {
  const rows = await session.query<{ schema: string; table: string; name: string }>(`
    SELECT n.nspname AS schema, c.relname AS table, a.attname AS name
      FROM pg_attribute AS a
      JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE NOT a.attisdropped AND a.attnum > 0 AND a.attinhcount = 0
       AND a.attname LIKE '\\_sluice\\_%' AND a.attname NOT LIKE '\\_sluice\\_filled\\_%'
       AND n.nspname NOT LIKE 'sluice%'
     ORDER BY schema, 2, a.attnum`)
  return rows.map(({ schema, table, name }) => ({ relation: { schema, name: table }, name }))
}
