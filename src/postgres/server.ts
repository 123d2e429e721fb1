import { BugError } from "../domain/errors.ts"
import type { RelationName } from "../domain/relation.ts"
import type { Session } from "./session.ts"

/** What a server says of itself. */
export interface ServerFacts {
  /** `15.18` */
  readonly version: string
  readonly major: number
  /** True on a standby: it takes no writes. */
  readonly isInRecovery: boolean
  readonly database: string
  /** Bytes on disk, indexes included. */
  readonly databaseBytes: number
  /** The role of the session, and whether it is a superuser. */
  readonly role: string
  readonly isSuperuser: boolean
  readonly walLevel: "minimal" | "replica" | "logical"
}

/** Free space isn't among them: PostgreSQL has no function for it. */
export async function readServer(session: Session): Promise<ServerFacts> {
  const [facts] = await session.query<ServerFacts>(`
    SELECT split_part(current_setting('server_version'), ' ', 1)   AS version,
           current_setting('server_version_num')::int / 10000      AS major,
           pg_is_in_recovery()                                     AS "isInRecovery",
           current_database()::text                                AS database,
           pg_database_size(current_database())::float8            AS "databaseBytes",
           current_user::text                                      AS role,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS "isSuperuser",
           current_setting('wal_level')                            AS "walLevel"`)
  if (!facts) throw new BugError({ code: "BUG", subject: "server", message: "the server's facts can't be read" })
  return facts
}

/** Bytes of tables with indexes and TOAST, partitions included; what doesn't exist counts nothing. */
export async function relationBytes(session: Session, relations: readonly RelationName[]): Promise<number> {
  const [row] = await session.query<{ bytes: number }>(
    `WITH RECURSIVE tree AS (
       SELECT c.oid
         FROM pg_class AS c
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest($1::text[], $2::text[]))
       UNION
       SELECT i.inhrelid FROM pg_inherits AS i JOIN tree ON tree.oid = i.inhparent
     )
     SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::float8 AS bytes FROM tree`,
    [relations.map(({ schema }) => schema), relations.map(({ name }) => name)],
  )
  return row?.bytes ?? 0
}
