import { TransientError } from "../domain/errors.ts"
import type { Session } from "../postgres/session.ts"
import { rest } from "./rest.ts"
import { sessionPattern } from "./session-name.ts"

const pollMs = 25
const patienceMs = 30_000

/**
 * Ends the sessions that an earlier attempt of this run has left behind, and waits until they are gone: their
 * statements go on after their worker's death, hold locks, and could still commit. Sessions of `epoch` and newer ones
 * are let be, and so is a session of another role, whatever it calls itself: none of ours. Throws TransientError TAKE_OVER where one doesn't go.
 */
export async function takeOver(session: Session, run: string, epoch: number, signal: AbortSignal): Promise<void> {
  const giveUpAt = Date.now() + patienceMs
  for (;;) {
    const remaining = await terminateOlder(session, run, epoch)
    if (remaining.length === 0) return
    if (Date.now() > giveUpAt) throw stuck(run, remaining)
    await rest(pollMs, signal)
  }
}

async function terminateOlder(session: Session, run: string, epoch: number): Promise<readonly number[]> {
  const rows = await session.query<{ pid: number }>(
    `SELECT pid, pg_terminate_backend(pid)
       FROM pg_stat_activity
      WHERE datname = current_database()
        AND pid <> pg_backend_pid()
        AND usename = session_user
        AND substring(application_name FROM $1)::numeric < $2`,
    [sessionPattern(run), epoch],
  )
  return rows.map(({ pid }) => pid)
}

function stuck(run: string, pids: readonly number[]): TransientError {
  return new TransientError({
    code: "TAKE_OVER",
    subject: run,
    message: `sessions of an earlier attempt don't end: ${pids.map((pid) => `pid ${pid}`).join(", ")}`,
    hint: "They were told to terminate. See pg_stat_activity for what they wait for; it is tried again.",
  })
}
