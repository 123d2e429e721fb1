import { connect, type Connected, type ConnectOptions } from "../postgres/connect.ts"
import { mapControlError } from "./unreachable.ts"

interface Waiting {
  readonly take: (connected: Connected) => void
  readonly fail: (error: unknown) => void
}

/**
 * A few connections, opened when needed and kept for the next caller. Built on the same `connect` as every session
 * of ours (TLS modes, pins, refusal of poolers), which `pg.Pool` can't use.
 */
export class ConnectionPool {
  readonly #options: ConnectOptions
  readonly #size: number
  readonly #idle: Connected[] = []
  readonly #waiting: Waiting[] = []
  readonly #dead = new WeakSet<Connected>()
  #open = 0
  #closed = false

  constructor(options: ConnectOptions, size: number) {
    this.#options = options
    this.#size = size
  }

  async take(): Promise<Connected> {
    if (this.#closed) throw new RangeError("the control database's connections are closed")
    for (let next = this.#idle.pop(); next; next = this.#idle.pop()) {
      if (!this.#dead.has(next)) return next
      this.#open--
    }
    if (this.#open < this.#size) return this.#connect()
    return new Promise((take, fail) => this.#waiting.push({ take, fail }))
  }

  /** Hands a connection back. A `broken` one is cut: nobody may find half a transaction on it. */
  release(connected: Connected, broken: boolean): void {
    if (broken || this.#closed || this.#dead.has(connected)) {
      this.#open--
      connected.cut()
      this.#serveNext()
      return
    }
    const next = this.#waiting.shift()
    if (next) next.take(connected)
    else this.#idle.push(connected)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#idle.splice(0).map((connected) => connected.close()))
  }

  async #connect(): Promise<Connected> {
    this.#open++
    try {
      const connected = await connect(this.#options)
      // An idle connection that the server ended is reported by this event alone.
      connected.client.once("end", () => this.#dead.add(connected))
      return connected
    } catch (error) {
      this.#open--
      // Whoever waits for a place would wait for ever where this was the last connection.
      this.#serveNext()
      throw mapControlError(error)
    }
  }

  #serveNext(): void {
    const next = this.#waiting.shift()
    if (next) void this.take().then(next.take, next.fail)
  }
}
