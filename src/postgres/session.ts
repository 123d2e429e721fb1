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

export interface TransactionOptions<T> {
  readonly isolation?: "read committed" | "repeatable read" | "serializable"
  readonly readOnly?: boolean
  /** The last statement, by what `work` has answered: it is sent together with COMMIT. */
  readonly closing?: (result: T) => Statement
}

/** A statement with what it is given. */
export interface Statement {
  readonly text: string
  readonly values?: readonly unknown[] | undefined
  /** It is sent more than once in this session: the server keeps it parsed until the session ends. Default false. */
  readonly isKept?: boolean
}

/** What came of a statement. */
export interface Answer {
  readonly rows: readonly unknown[]
  /** How many rows it touched, or answered. */
  readonly count: number
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
  /** The BEGIN that goes out with the transaction's first statement. */
  #begin: QueryConfig | null = null

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
    return (await this.#run(configOf({ text, values }))).rows as readonly Row[]
  }

  /**
   * Like `query`, for one statement that is asked more than once: the server keeps its plan until the session ends. A
   * long question over the catalog takes several times as long to plan as to answer.
   */
  async ask<Row>(text: string): Promise<readonly Row[]> {
    return (await this.#run(configOf({ text, isKept: true }))).rows as readonly Row[]
  }

  /** Runs one statement and answers how many rows it touched. */
  async execute(text: string, values?: readonly unknown[]): Promise<number> {
    return (await this.#run(configOf({ text, values }))).rowCount ?? 0
  }

  /**
   * Sends several statements at once; the server works on them in this order, with one wait for all of their answers
   * instead of one for each. Throws what the first that failed says, once all are over: in a transaction those behind
   * it do nothing then.
   */
  async together(statements: readonly Statement[]): Promise<readonly Answer[]> {
    const results = await this.#runAll(statements.map(configOf))
    return results.map(({ rows, rowCount }) => ({ rows, count: rowCount ?? 0 }))
  }

  /**
   * `BEGIN`, `work`, `COMMIT`; `ROLLBACK` where `work` fails. Can't be nested. BEGIN goes out with the first statement:
   * what only has to come before it isn't waited for.
   */
  async transaction<T>(work: () => Promise<T>, options: TransactionOptions<T> = {}): Promise<T> {
    if (this.#inTransaction) throw bug("a transaction was begun inside another")
    this.#begin = {
      text: `BEGIN ISOLATION LEVEL ${options.isolation ?? "read committed"}${options.readOnly ? " READ ONLY" : ""}`,
    }
    this.#inTransaction = true
    try {
      const result = await work()
      const closing = options.closing === undefined ? [] : [configOf(options.closing(result))]
      const command = (await this.#runAll([...closing, { text: "COMMIT" }])).at(-1)?.command
      // PostgreSQL answers COMMIT with ROLLBACK, and no error, where a statement failed and its error was swallowed.
      if (command !== "COMMIT") throw bug("a transaction with a failed statement was to be committed")
      return result
    } catch (error) {
      if (this.#begin === null) await this.#rollback()
      throw error
    } finally {
      this.#begin = null
      this.#inTransaction = false
    }
  }

  /** Not by `#run`: it must go through after an abort too. A lost connection has rolled back by itself. */
  async #rollback(): Promise<void> {
    await this.#inTurn(() => this.#connected.client.query("ROLLBACK")).catch(() => {})
  }

  async #run(query: QueryConfig): Promise<QueryResult> {
    const [result] = await this.#runAll([query])
    if (!result) throw new RangeError("no result")
    return result
  }

  async #runAll(asked: readonly QueryConfig[]): Promise<readonly QueryResult[]> {
    return this.#inTurn(async () => {
      this.#signal?.throwIfAborted()
      let ended = false
      const statement = { pid: this.pid, ended: () => ended, cut: () => this.#connected.cut() }
      let cancellation: Promise<void> | undefined
      const onAbort = (): void => {
        cancellation = cancelUntilEnded(statement, { ...this.#options, applicationName: "sluice:cancel" })
      }
      this.#signal?.addEventListener("abort", onAbort, { once: true })
      const begin = this.#begin === null ? [] : [this.#begin]
      this.#begin = null
      try {
        return (await this.#send([...begin, ...asked])).slice(begin.length)
      } finally {
        ended = true
        this.#signal?.removeEventListener("abort", onAbort)
        await cancellation
        if (cancellation) this.#signal?.throwIfAborted()
      }
    })
  }

  async #send(queries: readonly QueryConfig[]): Promise<readonly QueryResult[]> {
    const answers = await Promise.allSettled(queries.map((query) => this.#connected.client.query(query)))
    const failed = answers.find((answer) => answer.status === "rejected")
    if (failed) throw mapPostgresError(failed.reason, this.#subject)
    return answers.flatMap((answer) => (answer.status === "fulfilled" ? [lastResult(answer.value)] : []))
  }

  /** One call's statements after those of the calls before, so that each call knows when its own begin. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => {})
    return turn
  }
}

/** Without values pg sends the text as it is, which may then hold several statements. */
function configOf({ text, values, isKept = false }: Statement): QueryConfig {
  return {
    text,
    ...(values !== undefined && { values: [...values] }),
    ...(isKept && { name: sha256(text).slice(0, 32) }),
  }
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
