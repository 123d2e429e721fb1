import type { MissingForeignKey } from "../domain/backup.ts"
import { RefusedError } from "../domain/errors.ts"
import { displayName, type RelationName } from "../domain/relation.ts"
import type { Session } from "../postgres/session.ts"

/** A table whose data goes into the backup. A partitioned table stands for its partitions, which are listed too. */
export interface Source extends RelationName {
  readonly oid: string
  readonly columns: readonly string[]
  /** False for a partitioned table, which has no rows of its own. */
  readonly hasRows: boolean
  /** Of heap and TOAST, without indexes. */
  readonly bytes: number
}

/** What a backup takes in and what it leaves out, as the snapshot shows it. */
export interface Contents {
  readonly sources: readonly Source[]
  /** Tables whose data stays out, in schemas from which other data is taken. */
  readonly emptyTables: readonly RelationName[]
  /** Schemas from which no data is taken. */
  readonly emptySchemas: readonly string[]
  /** What our role may not read: left out altogether. */
  readonly unreadable: readonly RelationName[]
  /** Foreign keys of the taken tables that point to data that stays out. */
  readonly missingForeignKeys: readonly MissingForeignKey[]
}

interface RelationRow extends RelationName {
  readonly oid: string
  readonly kind: "r" | "p" | "m" | "S"
  readonly bytes: string
  readonly columns: readonly string[]
  readonly taken: boolean
  readonly readable: boolean
}

/** `wanted` null: the data of every table in `schemas`. Throws PERMISSION_DENIED where a wanted table can't be read. */
export async function readContents(
  session: Session,
  wanted: readonly RelationName[] | null,
  schemas: readonly string[],
): Promise<Contents> {
  const relations = await readRelations(session, wanted, schemas)
  const sources = relations.filter((relation) => relation.taken)
  const denied = sources.find((source) => !source.readable)
  if (denied) throw permissionDenied(denied)
  const takenSchemas = new Set(sources.map(({ schema }) => schema))
  const others = relations.filter((relation) => !relation.taken && relation.readable && relation.kind !== "S")
  return {
    sources: sources.map(({ oid, schema, name, columns, kind, bytes }) => {
      return { oid, schema, name, columns, hasRows: kind === "r", bytes: Number(bytes) }
    }),
    emptyTables: others.filter(({ schema }) => takenSchemas.has(schema)),
    emptySchemas: [...new Set(others.map(({ schema }) => schema))].filter((schema) => !takenSchemas.has(schema)),
    unreadable: relations.filter((relation) => !relation.readable),
    missingForeignKeys: await readMissingForeignKeys(
      session,
      sources.map(({ oid }) => oid),
    ),
  }
}

/** Every table, materialized view and sequence, with whether its data is wanted: itself, or what it is a part of. */
async function readRelations(
  session: Session,
  wanted: readonly RelationName[] | null,
  schemas: readonly string[],
): Promise<readonly RelationRow[]> {
  return session.query<RelationRow>(
    `WITH RECURSIVE wanted AS (
       SELECT c.oid
         FROM pg_class AS c
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p')
          AND CASE WHEN $1::text[] IS NULL THEN n.nspname = ANY ($3)
                   ELSE (n.nspname::text, c.relname::text) IN (SELECT * FROM unnest($1, $2::text[])) END
       UNION
       SELECT i.inhrelid FROM wanted AS w JOIN pg_inherits AS i ON i.inhparent = w.oid)
     SELECT c.oid::text, n.nspname::text AS schema, c.relname::text AS name, c.relkind AS kind,
            pg_table_size(c.oid)::text AS bytes, w.oid IS NOT NULL AND c.relkind IN ('r', 'p') AS taken,
            has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
            ARRAY(SELECT attname::text FROM pg_attribute AS a
                   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns
       FROM pg_class AS c
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       LEFT JOIN wanted AS w ON w.oid = c.oid
      WHERE c.relkind IN ('r', 'p', 'm', 'S') AND c.relpersistence <> 't'
        AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      ORDER BY schema, name`,
    [wanted?.map(({ schema }) => schema) ?? null, wanted?.map(({ name }) => name) ?? null, schemas],
  )
}

async function readMissingForeignKeys(
  session: Session,
  taken: readonly string[],
): Promise<Contents["missingForeignKeys"]> {
  return session.query(
    `SELECT k.oid::text, format('%I of %s', k.conname, k.conrelid::regclass) AS name
       FROM pg_constraint AS k
      WHERE k.contype = 'f' AND k.conrelid = ANY ($1::oid[]) AND NOT k.confrelid = ANY ($1::oid[])
      ORDER BY name`,
    [taken],
  )
}

function permissionDenied(relation: RelationName): RefusedError {
  return new RefusedError({
    code: "PERMISSION_DENIED",
    subject: displayName(relation),
    message: `the backup can't read ${displayName(relation)}`,
    hint: `GRANT SELECT ON ${displayName(relation)} TO …; GRANT USAGE ON its schema TO …`,
  })
}
