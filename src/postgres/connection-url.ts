import { userInfo } from "node:os"
import type { Secret } from "../config/config.ts"
import { UserError } from "../domain/errors.ts"

export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const
export type SslMode = (typeof sslModes)[number]

/** A connection URL taken apart as libpq does it. `host` is a folder where it begins with a slash. */
export interface ConnectionUrl {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string | null
  readonly database: string
  readonly sslMode: SslMode
  /** Every other parameter of the query string, by its libpq keyword; names outside {@link knownParameters} are refused. */
  readonly parameters: ReadonlyMap<string, string>
}

/** libpq's keywords that a URL may carry beside those that have a field of their own. */
const knownParameters: ReadonlySet<string> = new Set(
  `sslrootcert sslcert sslkey sslnegotiation sslcrl ssl_min_protocol_version gssencmode connect_timeout application_name
   fallback_application_name options client_encoding target_session_attrs channel_binding keepalives keepalives_idle
   keepalives_interval keepalives_count tcp_user_timeout`.split(/\s+/),
)

// Credentials end at the first "@" before any slash, as in libpq: a password may hold "?" and "#", not "@" or "/".
const shape =
  /^postgres(?:ql)?:\/\/(?:([^@/:]*)(?::([^@/]*))?@)?(\[[^\]]*\]|[^/?:]*)(?::(\d*))?(?:\/([^?]*))?(?:\?(.*))?$/s

/** Throws `UserError` CONNECTION_URL_INVALID; its message never holds any part of the URL but a parameter's name. */
export function parseConnectionUrl(url: Secret): ConnectionUrl {
  const written = url.reveal().trim()
  // libpq takes the first @ for the end of the password: what follows it would be host, and be printed as such.
  if (written.split("@").length > 2) throw invalid("it holds several @: one in user or password must be written as %40")
  const match = shape.exec(written)
  if (!match) throw invalid("it isn't of the form postgresql://user:password@host:port/database")
  const [, user, password, host = "", port = "", database, query = ""] = match
  // Read on, such a URL would name a part of the password as host or database, and errors would print it.
  if (/[@/]/.test(database ?? "")) throw invalid("it holds an @ or / that must be written as %40 or %2F")
  if (host.includes(",")) throw invalid("it names several hosts; name the primary alone")
  const parameters = readParameters(query)
  const take = (keyword: string, fromPath: string | undefined): string | null => {
    const value = parameters.get(keyword) ?? decode(fromPath ?? "")
    parameters.delete(keyword)
    return value === "" ? null : value
  }
  const account = take("user", user) ?? userInfo().username
  return {
    host: take("host", host.replace(/^\[(.*)\]$/, "$1")) ?? "localhost",
    port: readPort(take("port", port)),
    user: account,
    password: take("password", password),
    database: take("dbname", database) ?? account,
    sslMode: readSslMode(take("sslmode", "") ?? "prefer"),
    parameters: onlyKnown(parameters),
  }
}

function readParameters(query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of query.split("&").filter((text) => text !== "")) {
    const [keyword = "", ...rest] = pair.split("=")
    parameters.set(decode(keyword), decode(rest.join("=")))
  }
  if (parameters.get("ssl") === "true") parameters.set("sslmode", parameters.get("sslmode") ?? "require")
  parameters.delete("ssl")
  return parameters
}

function onlyKnown(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const unknown = [...parameters.keys()].find((keyword) => !knownParameters.has(keyword))
  if (unknown !== undefined) throw invalid(`it has a parameter that PostgreSQL doesn't know: "${unknown}"`)
  return parameters
}

function readPort(text: string | null): number {
  const port = Number(text ?? 5432)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid("its port is not a number from 1 to 65535")
  return port
}

function readSslMode(text: string): SslMode {
  const mode = sslModes.find((known) => known === text)
  if (!mode) throw invalid(`its sslmode is none of ${sslModes.join(", ")}`)
  return mode
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid("a percent sign in it begins no valid %XX sequence (write a plain percent sign as %25)")
  }
}

function invalid(reason: string): UserError {
  return new UserError({
    code: "CONNECTION_URL_INVALID",
    subject: "connection URL",
    message: `the connection URL can't be used: ${reason}`,
    hint: "Special characters of user and password are written as %XX.",
  })
}
