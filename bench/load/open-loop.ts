import { createHistogram } from "node:perf_hooks"
import type { RecordableHistogram } from "node:perf_hooks"
import { Client } from "pg"
import type { Span, Version } from "./protocol.ts"
import { nextRequest } from "./requests.ts"

const microseconds = 1_000

interface Connection {
  readonly client: Client
  version: Version | null
}

/**
 * An application at a steady rate: requests come when they are due, not when the one before is answered, as those of
 * many users do. So a stall is felt by everybody who comes meanwhile.
 */
export class OpenLoop {
  readonly #rows: number
  readonly #free: Connection[]
  readonly #all: readonly Connection[]
  readonly #due: number[] = []
  #version: Version = { searchPath: "public", knowsEmail: false }
  #rate: number | null = 0
  #number = 0
  #ticker: NodeJS.Timeout | null = null
  #busy = 0
  #span = newSpan()

  private constructor(clients: readonly Client[], rows: number) {
    this.#rows = rows
    this.#all = clients.map((client) => ({ client, version: null }))
    this.#free = [...this.#all]
  }

  static async connect(url: string, connections: number, rows: number): Promise<OpenLoop> {
    const clients = Array.from({ length: connections }, () => new Client({ connectionString: url }))
    for (const client of clients) client.on("error", () => {})
    await Promise.all(clients.map((client) => client.connect()))
    return new OpenLoop(clients, rows)
  }

  load(rate: number | null): void {
    this.#rate = rate
    let lastAt = performance.now()
    let owed = 0
    if (this.#ticker) clearInterval(this.#ticker)
    this.#ticker = setInterval(() => {
      const now = performance.now()
      if (rate === null) for (let count = this.#free.length; count > 0; count -= 1) this.#due.push(now)
      else {
        owed += ((now - lastAt) * rate) / 1_000
        for (; owed >= 1; owed -= 1) this.#due.push(now)
      }
      lastAt = now
      this.#serve()
    }, 1)
  }

  deploy(version: Version): void {
    this.#version = version
  }

  mark(): Span {
    const { began, answers, failures } = this.#span
    this.#span = newSpan()
    const at = (percent: number): number => (answers.count === 0 ? 0 : answers.percentile(percent) / microseconds)
    const failed = Object.values(failures).reduce((sum, count) => sum + count, 0)
    return {
      seconds: (performance.now() - began) / 1_000,
      answered: answers.count,
      failed,
      failures,
      p50Ms: at(50),
      p99Ms: at(99),
      worstMs: at(100),
    }
  }

  async stop(): Promise<void> {
    this.#rate = 0
    if (this.#ticker) clearInterval(this.#ticker)
    this.#due.length = 0
    while (this.#busy > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await Promise.all(this.#all.map(({ client }) => client.end()))
  }

  #serve(): void {
    while (this.#due.length > 0 && this.#free.length > 0) {
      const dueAt = this.#due.shift() ?? 0
      const connection = this.#free.pop()
      if (connection) void this.#request(connection, dueAt)
    }
  }

  async #request(connection: Connection, dueAt: number): Promise<void> {
    this.#busy += 1
    const version = this.#version
    try {
      if (connection.version !== version) {
        await connection.client.query(`SET search_path = ${version.searchPath}`)
        connection.version = version
      }
      this.#number += 1
      await connection.client.query(nextRequest(this.#number, version, this.#rows))
      this.#span.answers.record(Math.max(1, Math.round((performance.now() - dueAt) * microseconds)))
    } catch (error) {
      const { code = "CONNECTION", message } = error as { code?: string; message: string }
      const what = `${code} ${message}`
      this.#span.failures[what] = (this.#span.failures[what] ?? 0) + 1
    } finally {
      this.#busy -= 1
      this.#free.push(connection)
      if (this.#rate === null) this.#due.push(performance.now())
      this.#serve()
    }
  }
}

interface Counted {
  readonly began: number
  /** In microseconds. Counted and not listed: to sort all of them at a mark would stall the load itself. */
  readonly answers: RecordableHistogram
  readonly failures: Record<string, number>
}

function newSpan(): Counted {
  return { began: performance.now(), answers: createHistogram({ figures: 3 }), failures: {} }
}
