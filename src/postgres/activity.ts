import { setTimeout as delay } from "node:timers/promises"
import { TransientError } from "../domain/errors.ts"
import { applicationName } from "./application-name.ts"
import type { Session } from "./session.ts"

const pollMs = 25

export interface TerminateOptions {
  /** How long to wait until they are gone, in milliseconds. Default 30,000. */
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

/** Process ids of this database's sessions whose application name begins so, our own session aside. */
export async function findSessions(session: Session, applicationPrefix: string): Promise<readonly number[]> {
  const rows = await session.query<{ pid: number }>(
    `SELECT pid
       FROM pg_stat_activity
      WHERE datname = current_database()
        AND pid <> pg_backend_pid()
        AND starts_with(application_name, $1)
      ORDER BY pid`,
    [applicationName(applicationPrefix)],
  )
  return rows.map(({ pid }) => pid)
}

/**
 * Ends this database's sessions whose application name begins so, and waits until they are gone. The prefix is asked
 * again each time, so that a process id which another session got meanwhile is let be. Answers how many there were.
 * Throws TransientError SESSIONS_LINGER where one doesn't go in time.
 */
export async function terminateSessions(
  session: Session,
  applicationPrefix: string,
  { patienceMs = 30_000, signal }: TerminateOptions = {},
): Promise<number> {
  const giveUpAt = Date.now() + patienceMs
  const ended = new Set<number>()
  for (;;) {
    const pids = await findSessions(session, applicationPrefix)
    if (pids.length === 0) return ended.size
    if (Date.now() > giveUpAt) throw lingering(applicationPrefix, pids)
    for (const pid of pids) ended.add(pid)
    await session.query("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS s (pid)", [pids])
    await delay(pollMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
  }
}

function lingering(prefix: string, pids: readonly number[]): TransientError {
  return new TransientError({
    code: "SESSIONS_LINGER",
    subject: prefix,
    message: `sessions were told to end but go on: ${pids.map((pid) => `pid ${pid}`).join(", ")}`,
    hint: "See pg_stat_activity for what they wait for; it is tried again.",
  })
}
