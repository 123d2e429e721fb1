import {
  Client,
  Connection,
  isGrpcServiceError,
  NamespaceNotFoundError,
  type ConnectionOptions,
} from "@temporalio/client"
import type { TemporalConfig } from "../config/config.ts"
import { TransientError, UserError } from "../domain/errors.ts"

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

  #refused(what: string, hint: string, cause: unknown): UserError {
    const { address, namespace } = this
    const message = `Temporal at ${address} (namespace ${namespace}) ${what}`
    return new UserError(
      { code: "TEMPORAL_REFUSED", subject: address, message, hint: `${hint}; sluice doctor says more` },
      { cause },
    )
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#pending)
    await this.#connection.close()
  }

  /**
   * The error for a person when a call failed because the server can't be reached, or doesn't let us in; other errors come
   * back as they are.
   */
  explain(error: unknown): unknown {
    if (isAbout(error, isNoNamespace)) return this.#refused("has no such namespace", "check temporal.namespace", error)
    if (isAbout(error, isNotLetIn))
      return this.#refused("refuses the credentials", "check temporal.apiKey or temporal.tls, and their rights", error)
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

/** Whether that is true of the error, or of one that it was caused by. */
export function isAbout(error: unknown, what: (error: Error) => boolean): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if (what(at)) return true
  return false
}

/** The client's own error, or the server's answer to a call below it. */
function isNoNamespace(error: Error): boolean {
  if (error instanceof NamespaceNotFoundError) return true
  return isGrpcServiceError(error) && error.code === 5 /* NOT_FOUND */ && /namespace/i.test(error.details)
}

function isNotLetIn(error: Error): boolean {
  return isGrpcServiceError(error) && [7 /* PERMISSION_DENIED */, 16 /* UNAUTHENTICATED */].includes(error.code)
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
