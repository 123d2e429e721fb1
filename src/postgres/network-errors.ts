import { TransientError, UserError, type ErrorFinding, type SluiceError } from "../domain/errors.ts"

interface NetworkMeaning {
  readonly code: string
  readonly message: string
  readonly hint: string
  /** False where waiting can't mend it. */
  readonly passes: boolean
}

const unreachable: NetworkMeaning = {
  code: "DATABASE_UNREACHABLE",
  message: "the server doesn't answer",
  hint: "Check host, port and firewall, and that the server runs.",
  passes: true,
}
const lost: NetworkMeaning = {
  code: "CONNECTION_LOST",
  message: "the connection to the server was lost",
  hint: "Sluice connects again by itself; see the server's log for the cause.",
  passes: true,
}
const tls: NetworkMeaning = {
  code: "TLS_FAILED",
  message: "no encrypted connection came about",
  hint: "Check sslmode, sslrootcert, and the server's certificate.",
  passes: false,
}
const password: NetworkMeaning = {
  code: "WRONG_PASSWORD",
  message: "the server wants a password that the URL doesn't have, or the exchange of passwords failed",
  hint: "Put the password into the connection URL (from the environment or a file).",
  passes: false,
}

/** By Node's error code. A refused connection passes: the server may be restarting in the middle of a run. */
const byCode: Readonly<Record<string, NetworkMeaning>> = {
  ECONNREFUSED: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  EAI_AGAIN: unreachable,
  // The folder of a Unix socket exists only while the server runs.
  ENOENT: unreachable,
  EACCES: { ...unreachable, message: "the server's socket may not be opened", passes: false },
  ENOTFOUND: {
    code: "HOST_NOT_FOUND",
    message: "the host name is unknown",
    hint: "Check its spelling in the URL, and the name service of this machine.",
    passes: false,
  },
  ECONNRESET: lost,
  ECONNABORTED: lost,
  EPIPE: lost,
  ETIMEDOUT: lost,
}

/** By the beginning of pg's own messages, which bear no code. */
const byMessage: readonly (readonly [RegExp, NetworkMeaning])[] = [
  [/^timeout expired/, unreachable],
  [/^Connection terminated/, lost],
  [/^Client (has encountered|was closed)/, lost],
  [/^The server does not support SSL/, tls],
  // It answered an error to the question whether it does: it is ending, or can't begin a session (libpq calls it a failed
  // fork).
  [/^There was an error establishing an SSL/, unreachable],
  [/^SASL/, password],
]

/** The error of a socket, of TLS or of pg's client; null for what is none of these. */
export function mapNetworkError(error: Error, subject: string): SluiceError | null {
  const code = "code" in error && typeof error.code === "string" ? error.code : ""
  const meaning = byCode[code] ?? byMessage.find(([text]) => text.test(error.message))?.[1] ?? tlsMeaning(code)
  if (!meaning) return null
  const finding: ErrorFinding = {
    code: meaning.code,
    subject,
    message: `${subject}: ${meaning.message}`,
    hint: meaning.hint,
  }
  return meaning.passes ? new TransientError(finding) : new UserError(finding)
}

/** OpenSSL's verification results and Node's own TLS errors. */
function tlsMeaning(code: string): NetworkMeaning | undefined {
  return /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/.test(code)
    ? { ...tls, message: `no encrypted connection came about (${code})` }
    : undefined
}
