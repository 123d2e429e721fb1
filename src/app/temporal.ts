import { Client, Connection, isGrpcServiceError, type ConnectionOptions } from "@temporalio/client"
import type { TemporalConfig } from "../config/config.ts"
import { TransientError } from "../domain/errors.ts"

// gRPC's own numbers; the SDK re-exports no names for them.
const unreachableCodes: readonly number[] = [4 /* DEADLINE_EXCEEDED */, 14 /* UNAVAILABLE */, 1 /* CANCELLED */]

/** Together with the process's own start, a refusal for want of a worker takes no more than three seconds. */
const defaultAnswerMs = 2000

/**
 * The one connection to Temporal. Every call has a deadline, and `close` waits for calls under way: closing a channel
 * with a call pending would kill the process.
 */
export class TemporalLink {
  readonly address: string
  readonly namespace: string
  readonly #connection: Connection
  readonly #client: Client
  readonly #pending = new Set<Promise<unknown>>()

  /** How long a worker may take to answer before it counts as gone, in milliseconds. */
  readonly answerWithinMs: number

  constructor(config: TemporalConfig, answerWithinMs = defaultAnswerMs) {
    this.answerWithinMs = answerWithinMs
    this.address = config.address
    this.namespace = config.namespace
    this.#connection = Connection.lazy(connectionOptions(config))
    this.#client = new Client({ connection: this.#connection, namespace: config.namespace })
  }

  /** Runs calls of the client that together may take this long. Errors come through as the client throws them. */
  async call<T>(milliseconds: number, work: (client: Client) => Promise<T>): Promise<T> {
    const pending = this.#connection.withDeadline(Date.now() + milliseconds, () => work(this.#client))
    this.#pending.add(pending)
    try {
      return await pending
    } finally {
      this.#pending.delete(pending)
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#pending)
    await this.#connection.close()
  }

  /** The error for a person when a call failed because the server can't be reached; other errors come back as they are. */
  explain(error: unknown): unknown {
    if (!isUnreachable(error)) return error
    return new TransientError(
      {
        code: "TEMPORAL_UNREACHABLE",
        subject: this.address,
        message: `Temporal at ${this.address} (namespace ${this.namespace}) does not answer`,
        hint: "start it (sluice dev starts one), or check temporal.address; sluice doctor says more",
      },
      { cause: error },
    )
  }
}

export function isUnreachable(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (isGrpcServiceError(at)) return unreachableCodes.includes(at.code)
  return false
}

function connectionOptions(config: TemporalConfig): ConnectionOptions {
  const { tls, apiKey } = config
  return {
    address: config.address,
    connectTimeout: "3s",
    ...(apiKey && { apiKey: apiKey.reveal() }),
    ...(tls && {
      tls: {
        ...(tls.serverName !== undefined && { serverNameOverride: tls.serverName }),
        ...(tls.ca && { serverRootCACertificate: tls.ca }),
        ...(tls.cert && tls.key && { clientCertPair: { crt: tls.cert, key: tls.key } }),
      },
    }),
  }
}
