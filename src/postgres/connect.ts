import { Socket } from "node:net"
import { Client } from "pg"
import type { Secret } from "../config/config.ts"
import { applicationName } from "./application-name.ts"
import { parseConnectionUrl, type ConnectionUrl } from "./connection-url.ts"
import { mapPostgresError } from "./map-error.ts"
import { asServerOffers, offersNoTls } from "./plain-servers.ts"
import { canaryOption, poolerRefusal, refusePooler } from "./pooler.ts"
import { pinStatement, type SessionLimits } from "./pins.ts"
import { tlsAttempts, type TlsAttempt } from "./tls.ts"

export interface ConnectOptions {
  readonly url: Secret
  readonly applicationName: string
  readonly limits: SessionLimits
  /** How long the connection may take to come about at most, in milliseconds. Default: as the URL says, else 10,000. */
  readonly connectWithinMs?: number
}

/** An open connection, pinned and known to be direct. */
export interface Connected {
  readonly client: Client
  /** The backend's process id. */
  readonly pid: number
  /** Says goodbye to the server; where it doesn't answer within two seconds, cuts the line. Never throws. */
  close(): Promise<void>
  /** Cuts the line at once. */
  cut(): void
}

/** How long a connection may take to come about, in milliseconds, unless the URL says `connect_timeout`. */
const connectTimeoutMs = 10_000

/** Opens a connection. Every failure is a `SluiceError` whose message holds neither password nor URL. */
export async function connect(options: ConnectOptions): Promise<Connected> {
  const url = parseConnectionUrl(options.url)
  const attempts = tlsAttempts(asServerOffers(url))
  let refused: unknown = null
  for (const [index, attempt] of attempts.entries()) {
    const connection = prepare(url, attempt, options)
    try {
      await connection.client.connect()
      const pid = await refusePooler(connection.client)
      await connection.client.query(pinStatement(options.limits))
      return { ...connection, pid }
    } catch (error) {
      await connection.close()
      if (declinesTls(error)) offersNoTls(url)
      if (index < attempts.length - 1 && isAnsweredByOtherAttempt(error)) {
        refused = error
        continue
      }
      // That there is no TLS is no answer to why the way without it was closed.
      const reason = declinesTls(error) ? (refused ?? error) : error
      throw poolerRefusal(reason) ?? mapPostgresError(reason, `database ${url.database} on ${url.host}:${url.port}`)
    }
  }
  throw new RangeError("no way to connect was given")
}

function prepare(url: ConnectionUrl, ssl: TlsAttempt, options: ConnectOptions): Omit<Connected, "pid"> {
  const socket = new Socket()
  const client = new Client({
    host: url.host,
    port: url.port,
    user: url.user,
    database: url.database,
    // A function, even for no password: otherwise pg looks into PGPASSWORD and ~/.pgpass by itself.
    password: () => url.password ?? "",
    ssl,
    sslnegotiation: url.parameters.get("sslnegotiation") === "direct" && ssl ? "direct" : "postgres",
    options: [url.parameters.get("options"), canaryOption].filter(Boolean).join(" "),
    application_name: applicationName(options.applicationName),
    connectionTimeoutMillis: Math.min(
      Number(url.parameters.get("connect_timeout") ?? 0) * 1000 || connectTimeoutMs,
      options.connectWithinMs ?? Number.POSITIVE_INFINITY,
    ),
    // What is sent together goes out at once; without it pg waits for each answer before it sends the next.
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    stream: () => socket,
  })
  // A connection lost between two queries is reported by this event alone; the next query fails and says so.
  client.on("error", () => {})
  return { client, close: () => close(client, socket), cut: () => socket.destroy() }
}

async function close(client: Client, socket: Socket): Promise<void> {
  const patience = setTimeout(() => socket.destroy(), 2_000)
  await client.end().catch(() => {})
  clearTimeout(patience)
  socket.destroy()
}

/**
 * `prefer` and `allow` go on to their second way where the first isn't offered, or not to this user and address; or where
 * the server answers an error instead, which the second way hears in full.
 */
function isAnsweredByOtherAttempt(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    declinesTls(error) || /error establishing an SSL/.test(error.message) || ("code" in error && error.code === "28000")
  )
}

function declinesTls(error: unknown): boolean {
  return error instanceof Error && /does not support SSL/.test(error.message)
}
