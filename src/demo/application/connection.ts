import { Client } from "pg"
import type { Secret } from "../../config/config.ts"
import type { RowState } from "./acknowledged.ts"
import type { Statement } from "./workload.ts"

/** How a call ended. `open`: the connection broke before the answer, so nobody knows whether it happened. */
export type Answer =
  | {
      readonly kind: "answered"
      readonly touched: number
      readonly firstRow: RowState
      readonly firstValue: string | null
    }
  | { readonly kind: "refused" | "open"; readonly code: string; readonly message: string }

/** A statement with its values. */
export interface Call {
  readonly statement: Statement
  readonly values: readonly (string | null)[]
}

const words = (sql: string): Call => ({ statement: { name: sql, kind: "read", sql, values: [] }, values: [] })

/** One connection of the application, made again whenever it breaks. All values are PostgreSQL's own text. */
export class ApplicationConnection {
  readonly #url: Secret
  readonly #name: string
  readonly #searchPath: string | undefined
  #client: Client | null = null

  constructor(url: Secret, name: string, searchPath: string | undefined) {
    this.#url = url
    this.#name = name
    this.#searchPath = searchPath
  }

  async call(call: Call): Promise<Answer> {
    const client = await this.#open()
    return "kind" in client ? client : this.#ask(client, call)
  }

  /**
   * Makes them in one transaction, with a pause before each and before its end. Their answers, in their order; where one
   * fails, that one's alone: then nothing of the transaction has happened.
   */
  async transaction<One extends Call>(
    calls: readonly One[],
    pause: () => Promise<void>,
  ): Promise<readonly { readonly call: One; readonly answer: Answer }[]> {
    const client = await this.#open()
    const begun = "kind" in client ? client : await this.#ask(client, words("BEGIN"))
    if ("kind" in client || begun.kind !== "answered") return calls.slice(0, 1).map((call) => ({ call, answer: begun }))
    const made: { call: One; answer: Answer }[] = []
    for (const call of calls) {
      await pause()
      const answer = await this.#ask(client, call)
      if (answer.kind === "refused") await this.#ask(client, words("ROLLBACK"))
      if (answer.kind !== "answered") return [{ call, answer }]
      made.push({ call, answer })
    }
    await pause()
    const ended = await this.#ask(client, words("COMMIT"))
    return ended.kind === "answered" ? made : made.map(({ call }) => ({ call, answer: ended }))
  }

  async #open(): Promise<Client | Extract<Answer, { kind: "refused" | "open" }>> {
    try {
      return this.#client ?? (await this.#connect())
    } catch (error) {
      return { kind: "refused", ...describe(error) }
    }
  }

  async #ask(client: Client, { statement, values }: Call): Promise<Answer> {
    try {
      const result = await client.query<Record<string, string | null>>({
        text: statement.sql,
        values: [...values],
        ...(statement.prepared === true && { name: statement.name }),
      })
      const firstRow = result.rows[0] ?? null
      const firstField = result.fields[0]?.name
      return {
        kind: "answered",
        touched: result.rowCount ?? 0,
        firstRow,
        firstValue: firstRow === null || firstField === undefined ? null : (firstRow[firstField] ?? null),
      }
    } catch (error) {
      const ended = endsConnection(error)
      if (ended) await this.close()
      return { kind: ended ? "open" : "refused", ...describe(error) }
    }
  }

  /** Breaks off the call that is under way: its answer is lost. */
  async breakOff(): Promise<void> {
    const client = this.#client as unknown as { connection: { stream: { destroy(): void } } } | null
    client?.connection.stream.destroy()
    await this.close()
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    await client?.end().catch(() => {})
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      connectionString: this.#url.reveal(),
      application_name: this.#name,
      connectionTimeoutMillis: 10_000,
      types: { getTypeParser: () => (text: string | Buffer) => text.toString() },
    })
    // The call that is under way fails by itself; between two calls the next one finds the connection broken.
    client.on("error", () => {
      if (this.#client === client) this.#client = null
    })
    try {
      await client.connect()
      if (this.#searchPath !== undefined) await client.query(`SET search_path = ${this.#searchPath}`)
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
    this.#client = client
    return client
  }
}

/** FATAL and PANIC end the connection, as does everything that isn't an answer of the server. */
function endsConnection(error: unknown): boolean {
  const severity = (error as { severity?: unknown }).severity
  return severity !== "ERROR"
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return { code: typeof code === "string" ? code : "CONNECTION_LOST", message: String(message) }
}
