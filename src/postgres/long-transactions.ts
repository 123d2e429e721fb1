import type { Session } from "./session.ts"
import { statementWords } from "./statement-words.ts"

/** A transaction that has been open for long: it holds up locks, concurrent index builds and vacuum. */
export interface OpenTransaction {
  /** 0 for a prepared transaction. */
  readonly pid: number
  readonly user: string | null
  readonly application: string | null
  readonly state: string | null
  /** Milliseconds since it began. */
  readonly ageMs: number
  /** The first words of its statement without values; a prepared transaction's name. */
  readonly query: string | null
}

const longTransactionsSql = `
SELECT * FROM (
  SELECT a.pid,
         a.usename::text                AS user,
         nullif(a.application_name, '') AS application,
         coalesce(a.state, a.backend_type) AS state,
         (extract(epoch FROM clock_timestamp() - a.xact_start) * 1000)::float8 AS age_ms,
         a.query
    FROM pg_stat_activity AS a
   WHERE a.datname = current_database()
     AND a.pid <> pg_backend_pid()
  UNION ALL
  SELECT 0, x.owner::text, NULL, 'prepared transaction',
         (extract(epoch FROM clock_timestamp() - x.prepared) * 1000)::float8,
         'PREPARE TRANSACTION ' || quote_ident(x.gid)
    FROM pg_prepared_xacts AS x
   WHERE x.database = current_database()
) AS open
 WHERE age_ms >= $1
 ORDER BY age_ms DESC`

/**
 * Transactions of this database that are older than that, oldest first, without our own session's. Without
 * pg_read_all_stats the age of other roles' transactions can't be seen, and they are missing: see capability-matrix.
 */
export async function findLongTransactions(session: Session, olderThanMs: number): Promise<readonly OpenTransaction[]> {
  const rows = await session.query<Omit<OpenTransaction, "ageMs"> & { readonly age_ms: number }>(longTransactionsSql, [
    olderThanMs,
  ])
  return rows.map(({ age_ms, pid, user, application, state, query }) => {
    return { pid, user, application, state, ageMs: Math.round(age_ms), query: statementWords(query) }
  })
}
