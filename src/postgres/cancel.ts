import { setTimeout as delay } from "node:timers/promises"
import { connect, type ConnectOptions } from "./connect.ts"

/** How long it is tried to reach the server for a cancellation before the line is cut, in milliseconds. */
const reachTimeoutMs = 60_000
const repeatEveryMs = 100

/** A statement that runs on a backend; `ended` becomes true once its answer, good or bad, has arrived. */
export interface RunningStatement {
  readonly pid: number
  readonly ended: () => boolean
  /** Cuts the statement's own connection: the server then ends it within client_connection_check_interval. */
  readonly cut: () => void
}

/**
 * Cancels a running statement from a second connection, again and again until it has ended: a cancellation that
 * arrives between two statements of one query is lost. Resolves once no cancellation is under way any more, so that
 * none can hit a later statement of the same session.
 */
export async function cancelUntilEnded(statement: RunningStatement, options: ConnectOptions): Promise<void> {
  const giveUpAt = Date.now() + reachTimeoutMs
  while (!statement.ended()) {
    try {
      await cancelOverOneConnection(statement, options)
    } catch {
      // The server can't be reached, is full or is going down. If it is gone, so is the statement, and its own
      // connection will say so; while neither is known, try again.
      if (Date.now() > giveUpAt) statement.cut()
      await delay(5 * repeatEveryMs)
    }
  }
}

async function cancelOverOneConnection(statement: RunningStatement, options: ConnectOptions): Promise<void> {
  const { client, close } = await connect(options)
  try {
    while (!statement.ended()) {
      await client.query("SELECT pg_catalog.pg_cancel_backend($1)", [statement.pid])
      await delay(repeatEveryMs)
    }
  } finally {
    await close()
  }
}
