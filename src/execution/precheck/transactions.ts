import type { Finding } from "../../domain/finding.ts"
import { displayName, type RelationName } from "../../domain/relation.ts"
import type { Session } from "../../postgres/session.ts"
import { literal } from "../../sql/sql.ts"
import type { TargetRun } from "../target-run.ts"

/** A transaction that has been open for so long will probably be in the way. Milliseconds. */
const longMs = 60_000

interface LongTransaction extends RelationName {
  readonly pid: number
  readonly user: string | null
  readonly application: string | null
  readonly seconds: number
}

/** Long transactions that hold locks on the plan's relations, and prepared ones, which no timeout ever ends. */
export async function checkTransactions(session: Session, run: TargetRun): Promise<readonly Finding[]> {
  return [...(await longTransactions(session, run)), ...(await preparedTransactions(session))]
}

async function longTransactions(session: Session, { plan }: TargetRun): Promise<readonly Finding[]> {
  const found = await session.query<LongTransaction>(
    `SELECT DISTINCT ON (a.pid) n.nspname AS schema, c.relname AS name, a.pid, a.usename AS user,
            a.application_name AS application, extract(epoch FROM clock_timestamp() - a.xact_start)::integer AS seconds
       FROM unnest($1::text[], $2::text[]) AS wanted (schema, name)
       JOIN pg_namespace AS n ON n.nspname = wanted.schema
       JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = wanted.name
       JOIN pg_locks AS l ON l.relation = c.oid AND l.granted
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       JOIN pg_stat_activity AS a ON a.pid = l.pid
      WHERE a.pid <> pg_backend_pid()
        AND a.xact_start < clock_timestamp() - make_interval(secs => $3::float8 / 1000)
      ORDER BY a.pid`,
    [plan.relations.map(({ schema }) => schema), plan.relations.map(({ name }) => name), longMs],
  )
  return found.map((transaction) => ({
    code: "LONG_TRANSACTION",
    severity: "warning",
    subject: displayName(transaction),
    message: `pid ${transaction.pid} (${who(transaction)}) has held a lock on it for ${transaction.seconds} s in one transaction`,
    hint: `The run waits for it within the lock budget. End it with: SELECT pg_terminate_backend(${transaction.pid});`,
  }))
}

async function preparedTransactions(session: Session): Promise<readonly Finding[]> {
  const found = await session.query<{ gid: string; seconds: number }>(`
    SELECT gid, extract(epoch FROM clock_timestamp() - prepared)::integer AS seconds
      FROM pg_prepared_xacts
     WHERE database = current_database()
     ORDER BY prepared`)
  return found.map(({ gid, seconds }) => ({
    code: "PREPARED_TRANSACTION",
    severity: "warning",
    subject: gid,
    message: `a prepared transaction has been open for ${seconds} s; building an index concurrently waits for it without end`,
    hint: `COMMIT PREPARED ${literal(gid)}; or ROLLBACK PREPARED ${literal(gid)};`,
  }))
}

function who({ user, application }: LongTransaction): string {
  return [user, application].filter((part) => part !== null && part !== "").join(", ")
}
