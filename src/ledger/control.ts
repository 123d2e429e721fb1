import type { Secret } from "../config/config.ts"
import type { Finding } from "../domain/finding.ts"
import type { Connected } from "../postgres/connect.ts"
import { ConnectionPool } from "./pool.ts"
import { isUnreachable, mapControlError } from "./unreachable.ts"

export { checkControlVersion, migrateControl } from "./migrate.ts"

export interface ControlOptions {
  /** Connections at most. Default 4: what is written here is short. */
  readonly connections?: number
  /** A file outside the database that holds the ledger's head; null (the default): a cut tail can't be seen. */
  readonly anchorFile?: string | null
  /** Told when the anchor couldn't be moved on; the entry itself stands. */
  readonly onAnchorProblem?: (finding: Finding) => void
}

/** Statements inside one transaction of the control database. */
export interface Transaction {
  query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
}

/** A statement that hasn't answered by then is given up and its connection cut: the network may be gone. */
const answerWithinMs = 35_000
const limits = { statementTimeoutMs: 30_000, lockTimeoutMs: 10_000, idleInTransactionTimeoutMs: 30_000 }

/**
 * Opens the control database: ledger, plans, runs. No connection is made before the first statement. Close it in the
 * end. Every failure is a `SluiceError`; where the server isn't there, `TransientError` CONTROL_UNREACHABLE.
 */
export function openControl(url: Secret, options: ControlOptions = {}): Control {
  return new Control(url, options)
}

export class Control {
  readonly anchorFile: string | null
  readonly onAnchorProblem: (finding: Finding) => void
  readonly #pool: ConnectionPool

  constructor(url: Secret, options: ControlOptions) {
    this.anchorFile = options.anchorFile ?? null
    this.onAnchorProblem = options.onAnchorProblem ?? (() => {})
    this.#pool = new ConnectionPool({ url, applicationName: "sluice:control", limits }, options.connections ?? 4)
  }

  /** One statement by itself, in a transaction of its own. */
  async query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return this.#withConnection((connected) => send<Row>(connected, text, values))
  }

  /** `BEGIN`, `work`, `COMMIT`; `ROLLBACK` where `work` fails. READ COMMITTED. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#withConnection(async (connected) => {
      await send(connected, "BEGIN")
      const failures: unknown[] = []
      const query = async <Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> =>
        send<Row>(connected, text, values).catch((error: unknown) => {
          failures.push(error)
          throw error
        })
      try {
        const result = await work({ query })
        // PostgreSQL answers COMMIT with ROLLBACK, and no error, where a statement failed and its error was swallowed.
        if (failures.length > 0) throw failures[0]
        await send(connected, "COMMIT")
        return result
      } catch (error) {
        if (!isUnreachable(error)) await send(connected, "ROLLBACK")
        throw error
      }
    })
  }

  async close(): Promise<void> {
    await this.#pool.close()
  }

  async #withConnection<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
    const connected = await this.#pool.take()
    let broken = false
    try {
      return await work(connected)
    } catch (error) {
      broken = isUnreachable(error)
      throw error
    } finally {
      this.#pool.release(connected, broken)
    }
  }
}

async function send<Row>(connected: Connected, text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
  const patience = setTimeout(() => connected.cut(), answerWithinMs)
  try {
    const { client } = connected
    const result = await (values === undefined ? client.query(text) : client.query(text, [...values]))
    return (result.rows ?? []) as readonly Row[]
  } catch (error) {
    throw mapControlError(error)
  } finally {
    clearTimeout(patience)
  }
}
