import { displayName, type RelationName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"

/** What a run's backup will hold besides the schema, before it is made. */
export interface BackupForecast {
  readonly tables: readonly TableForecast[]
}

/** A table whose rows go into the backup; with its partitions. */
export interface TableForecast {
  /** For a person: `public.users`. */
  readonly name: string
  /** By the server's statistics; null: they don't know it, since some part was never analyzed. */
  readonly rows: number | null
  /** Of heap and TOAST in the database, uncompressed, by the same statistics. */
  readonly bytes: number | null
}

/**
 * By the catalog alone: to ask for sizes of today would wait for whoever holds a lock on one of the tables. Tables that
 * the plan creates are left out, for they have no rows yet.
 */
export async function forecastBackup(session: Session, touched: readonly RelationName[]): Promise<BackupForecast> {
  const tables = await session.query<RelationName & Omit<TableForecast, "name">>(
    `WITH RECURSIVE part AS (
       SELECT n.nspname, c.relname, c.oid
         FROM pg_class AS c
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p')
          AND (n.nspname::text, c.relname::text) IN (SELECT * FROM unnest($1::text[], $2::text[]))
       UNION
       SELECT p.nspname, p.relname, i.inhrelid FROM part AS p JOIN pg_inherits AS i ON i.inhparent = p.oid
     ), size AS (
       -- Nothing of a partitioned table itself: its rows are those of its partitions.
       SELECT p.nspname, p.relname, c.reltuples,
              (c.relpages + coalesce(t.relpages, 0)) * current_setting('block_size')::float8 AS bytes
         FROM part AS p
         LEFT JOIN pg_class AS c ON c.oid = p.oid AND c.relkind = 'r'
         LEFT JOIN pg_class AS t ON t.oid = c.reltoastrelid
     )
     SELECT nspname::text AS schema, relname::text AS name,
            CASE WHEN bool_or(reltuples < 0) THEN NULL ELSE coalesce(sum(reltuples), 0)::float8 END AS rows,
            CASE WHEN bool_or(reltuples < 0) THEN NULL ELSE coalesce(sum(bytes), 0) END AS bytes
       FROM size
      GROUP BY nspname, relname
      ORDER BY nspname, relname`,
    [touched.map(({ schema }) => schema), touched.map(({ name }) => name)],
  )
  return {
    tables: tables.map(({ schema, name, rows, bytes }) => ({ name: displayName({ schema, name }), rows, bytes })),
  }
}
