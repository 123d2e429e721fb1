import type { Secret } from "../config/config.ts"
import { parseConnectionUrl } from "./connection-url.ts"
import { rootCertificateFile } from "./tls.ts"

/** The URL's parameters that libpq takes from the environment, by its variables. */
const variables: Readonly<Record<string, string>> = {
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslcrl: "PGSSLCRL",
  sslnegotiation: "PGSSLNEGOTIATION",
  ssl_min_protocol_version: "PGSSLMINPROTOCOLVERSION",
  channel_binding: "PGCHANNELBINDING",
  gssencmode: "PGGSSENCMODE",
  connect_timeout: "PGCONNECT_TIMEOUT",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  options: "PGOPTIONS",
}

/** What PostgreSQL's programs need of our own environment. Everything else stays here: it may hold other secrets. */
const inherited = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TMP",
  "LD_LIBRARY_PATH",
  "DYLD_LIBRARY_PATH",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
]

/**
 * The whole environment for `pg_dump` and its kind to reach that database: pass it as it stands, without
 * `process.env` beside it, whose PG* variables would lead elsewhere. Nothing of the URL belongs into arguments, which
 * every user of the machine can read.
 */
export function libpqEnvironment(url: Secret): NodeJS.ProcessEnv {
  const { host, port, user, password, database, sslMode, parameters } = parseConnectionUrl(url)
  const root = rootCertificateFile(parseConnectionUrl(url)) ?? (sslMode === "verify-full" ? "system" : null)
  const environment: NodeJS.ProcessEnv = {
    LC_ALL: "C",
    PGHOST: host,
    PGPORT: `${port}`,
    PGUSER: user,
    PGDATABASE: database,
    PGSSLMODE: sslMode,
    PGAPPNAME: "sluice",
    PGCONNECT_TIMEOUT: "10",
    PGGSSENCMODE: "disable",
    // Where the URL has no password none is looked for elsewhere, as in our own sessions.
    ...(password === null ? { PGPASSFILE: "/dev/null" } : { PGPASSWORD: password }),
    ...(root === null ? {} : { PGSSLROOTCERT: root }),
  }
  for (const [keyword, value] of parameters) {
    const variable = variables[keyword]
    if (variable !== undefined) environment[variable] = value
  }
  for (const name of inherited) if (process.env[name] !== undefined) environment[name] = process.env[name]
  return environment
}
