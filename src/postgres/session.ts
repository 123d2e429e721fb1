import type { QueryConfig, QueryResult, QueryResultRow } from "pg"
import type { Secret } from "../config/config.ts"
import { BugError } from "../domain/errors.ts"
import { sha256 } from "../domain/hash.ts"
import { cancelUntilEnded } from "./cancel.ts"
import { connect, type Connected, type ConnectOptions } from "./connect.ts"
import { mapPostgresError } from "./map-error.ts"

export interface SessionOptions {
  /** Must lead to the server directly: a pooler is refused (POOLER_NOT_ALLOWED). */
  readonly url: Secret
  /** Shown in `pg_stat_activity`; cut to 63 bytes (see application-name.ts). */
  readonly applicationName: string
  /** What the session's errors are about, where the server names no table. Default: the application's name. */
  readonly subject?: string
  /** On abort the running statement is cancelled on the server and awaited; then `signal.reason` is thrown. */
  readonly signal?: AbortSignal
  /** Default 0: no limit. */
  readonly statementTimeoutMs?: number
  /** Default 1000: nothing of ours stays long in a lock queue. */
  readonly lockTimeoutMs?: number
  /** Default 10,000. 0 for a session that holds a snapshot open on purpose. */
  readonly idleInTransactionTimeoutMs?: number
  /**
   * Somebody waits for the answer: connecting may take this long at most, and then everything together, until the line
   * is cut (TransientError CONNECTION_LOST). In milliseconds; default: no such limit.
   */
  readonly withinMs?: number
}

export interface TransactionOptions {
  readonly isolation?: "read committed" | "repeatable read" | "serializable"
  readonly readOnly?: boolean
}

/** Opens a session, hands it to `work`, and closes it whatever happens. */
export async function withSession<T>(options: SessionOptions, work: (session: Session) => Promise<T>): Promise<T> {
  options.signal?.throwIfAborted()
  const connectOptions: ConnectOptions = {
    url: options.url,
    applicationName: options.applicationName,
    limits: {
      statementTimeoutMs: options.statementTimeoutMs ?? 0,
      lockTimeoutMs: options.lockTimeoutMs ?? 1_000,
      idleInTransactionTimeoutMs: options.idleInTransactionTimeoutMs ?? 10_000,
    },
    ...(options.withinMs !== undefined && { connectWithinMs: options.withinMs }),
  }
  const connected = await connect(connectOptions)
  const patience =
    options.withinMs === undefined ? undefined : setTimeout(() => connected.cut(), options.withinMs).unref()
  try {
    options.signal?.throwIfAborted()
    return await work(new Session(connected, connectOptions, options))
  } finally {
    clearTimeout(patience)
    await connected.close()
  }
}

/**
 * One direct connection with pinned settings. Statements run one after the other, in the order of the calls. Every
 * failure is a `SluiceError`, except an abort, which throws the signal's own reason.
 */
export class Session {
  readonly pid: number
  readonly #connected: Connected
  readonly #options: ConnectOptions
  readonly #signal: AbortSignal | undefined
  readonly #subject: string
  #last: Promise<unknown> = Promise.resolve()
  #inTransaction = false

  constructor(
    connected: Connected,
    options: ConnectOptions,
    { signal, subject }: Pick<SessionOptions, "signal" | "subject">,
  ) {
    this.pid = connected.pid
    this.#connected = connected
    this.#options = options
    this.#signal = signal
    this.#subject = subject ?? options.applicationName
  }

  get inTransaction(): boolean {
    return this.#inTransaction
  }

  /**
   * Runs one statement and answers its rows. Text without `values` may hold several statements; the rows are then the
   * last one's. Types come as pg gives them: bigint and numeric as strings, timestamps as `Date`.
   */
  async query<Row>(text: string, values?: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#run(configOf(text, values))).rows as readonly Row[]
  }

  /**
   * Like `query`, for one statement that is asked more than once: the server keeps its plan until the session ends. A
   * long question over the catalog takes several times as long to plan as to answer.
   */
  async ask<Row>(text: string): Promise<readonly Row[]> {
    return (await this.#run({ text, name: sha256(text).slice(0, 32) })).rows as readonly Row[]
  }

  /** Runs one statement and answers how many rows it touched. */
  async execute(text: string, values?: readonly unknown[]): Promise<number> {
    return (await this.#run(configOf(text, values))).rowCount ?? 0
  }

  /** `BEGIN`, `work`, `COMMIT`; `ROLLBACK` where `work` fails. Can't be nested. */
  async transaction<T>(work: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (this.#inTransaction) throw bug("a transaction was begun inside another")
    await this.#run({
      text: `BEGIN ISOLATION LEVEL ${options.isolation ?? "read committed"}${options.readOnly ? " READ ONLY" : ""}`,
    })
    this.#inTransaction = true
    try {
      const result = await work()
      const { command } = await this.#run({ text: "COMMIT" })
      // PostgreSQL answers COMMIT with ROLLBACK, and no error, where a statement failed and its error was swallowed.
      if (command !== "COMMIT") throw bug("a transaction with a failed statement was to be committed")
      return result
    } catch (error) {
      await this.#rollback()
      throw error
    } finally {
      this.#inTransaction = false
    }
  }

  /** Not by `#run`: it must go through after an abort too. A lost connection has rolled back by itself. */
  async #rollback(): Promise<void> {
    await this.#inTurn(() => this.#connected.client.query("ROLLBACK")).catch(() => {})
  }

  async #run(query: QueryConfig): Promise<QueryResult> {
    return this.#inTurn(async () => {
      this.#signal?.throwIfAborted()
      let ended = false
      const statement = { pid: this.pid, ended: () => ended, cut: () => this.#connected.cut() }
      let cancellation: Promise<void> | undefined
      const onAbort = (): void => {
        cancellation = cancelUntilEnded(statement, { ...this.#options, applicationName: "sluice:cancel" })
      }
      this.#signal?.addEventListener("abort", onAbort, { once: true })
      try {
        return await this.#send(query)
      } finally {
        ended = true
        this.#signal?.removeEventListener("abort", onAbort)
        await cancellation
        if (cancellation) this.#signal?.throwIfAborted()
      }
    })
  }

  async #send(query: QueryConfig): Promise<QueryResult> {
    try {
      return lastResult(await this.#connected.client.query(query))
    } catch (error) {
      throw mapPostgresError(error, this.#subject)
    }
  }

  /** pg would queue statements itself, but warns on stderr that it will stop doing so. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => {})
    return turn
  }
}

/** Without values pg sends the text as it is, which may then hold several statements. */
function configOf(text: string, values?: readonly unknown[]): QueryConfig {
  return values === undefined ? { text } : { text, values: [...values] }
}

/** pg answers a text of several statements with an array, which its types leave out. */
function lastResult(result: QueryResult | readonly QueryResult<QueryResultRow>[]): QueryResult {
  const last = Array.isArray(result) ? result.at(-1) : result
  if (!last) throw new RangeError("no result")
  return last
}

function bug(message: string): BugError {
  return new BugError({ code: "BUG", subject: "session", message })
}
