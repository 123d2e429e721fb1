import type { Session } from "./session.ts"

/** Files of the log that are complete and not archived yet. */
export interface ArchiveBacklog {
  readonly bytes: number
  /** True where the archiver's newest attempt failed. */
  readonly isFailing: boolean
}

/** False where the server archives nothing: then nothing waits. */
export async function archives(session: Session): Promise<boolean> {
  const [row] = await session.query<{ on: boolean }>(`SELECT current_setting('archive_mode') <> 'off' AS on`)
  return row?.on ?? false
}

/** Whether the files that wait may be counted; else their number is told from the archiver's last success. */
async function mayCount(session: Session): Promise<boolean> {
  const [row] = await session.query<{ may: boolean }>(
    "SELECT has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE') AS may",
  )
  return row?.may ?? false
}

const failing = `
  SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) AS "isFailing"
    FROM pg_stat_archiver`

const countedSql = `
SELECT (count(*) * pg_size_bytes(current_setting('wal_segment_size')))::float8 AS bytes,
       (${failing}) AS "isFailing"
  FROM pg_ls_archive_statusdir()
 WHERE name ~ '^[0-9A-F]{24}[.]ready$'`

/*
 * A segment's name is its timeline, and its number in two parts: 4 GB each, and the segment within. Those behind the
 * last one that was archived, up to the one that is written, wait. A history file or a fresh statistics file names none.
 */
const toldSql = `
WITH size AS (
  SELECT pg_size_bytes(current_setting('wal_segment_size')) AS segment
), archived AS (
  SELECT ('x' || substr(last_archived_wal, 9, 8))::bit(32)::bigint AS high,
         ('x' || substr(last_archived_wal, 17, 8))::bit(32)::bigint AS low
    FROM pg_stat_archiver
   WHERE last_archived_wal ~ '^[0-9A-F]{24}'
)
SELECT greatest(0, floor((pg_current_wal_lsn() - '0/0') / segment)
                   - (high * 4294967296 / segment + low + 1))::float8 * segment AS bytes,
       (${failing}) AS "isFailing"
  FROM size, archived`

/** Null where it can't be told. */
export async function readArchiveBacklog(session: Session): Promise<ArchiveBacklog | null> {
  const [row] = await session.query<ArchiveBacklog>((await mayCount(session)) ? countedSql : toldSql)
  return row ?? null
}
