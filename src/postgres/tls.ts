import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import type { ConnectionOptions } from "node:tls"
import { UserError } from "../domain/errors.ts"
import type { ConnectionUrl } from "./connection-url.ts"

/** One way to try a connection: without TLS (`false`) or with these TLS options. */
export type TlsAttempt = false | ConnectionOptions

/**
 * What to try one after the other for the URL's `sslmode`, as libpq does it. The meaning of the modes is libpq's own
 * and not that of pg 8, whose `require` verifies certificates and warns on stderr that it will stop doing so.
 */
export function tlsAttempts(url: ConnectionUrl): readonly TlsAttempt[] {
  if (url.host.startsWith("/")) return [false]
  const unverified = { rejectUnauthorized: false, ...clientCertificate(url) }
  switch (url.sslMode) {
    case "disable":
      return [false]
    case "allow":
      return [false, unverified]
    case "prefer":
      return [unverified, false]
    case "require": {
      const root = rootCertificate(url)
      return [root === null ? unverified : { ...chainOnly(root), ...clientCertificate(url) }]
    }
    case "verify-ca":
      return [{ ...chainOnly(rootCertificate(url) ?? missingRoot()), ...clientCertificate(url) }]
    case "verify-full": {
      const root = rootCertificate(url)
      return [{ ...(root === null ? {} : { ca: root }), rejectUnauthorized: true, ...clientCertificate(url) }]
    }
  }
}

/** Where libpq looks for the root certificate. `system`, or null: the certificates that the program trusts anyway. */
export function rootCertificateFile(url: ConnectionUrl): string | null {
  const named = url.parameters.get("sslrootcert")
  if (named !== undefined) return named
  const standard = join(homedir(), ".postgresql", "root.crt")
  return existsSync(standard) ? standard : null
}

function rootCertificate(url: ConnectionUrl): Buffer | null {
  const file = rootCertificateFile(url)
  return file === null || file === "system" ? null : read(file)
}

/** Signed by that authority, whatever host name the certificate bears. */
function chainOnly(ca: Buffer): ConnectionOptions {
  return { ca, rejectUnauthorized: true, checkServerIdentity: () => undefined }
}

function clientCertificate(url: ConnectionUrl): ConnectionOptions {
  const [certificate, key] = [url.parameters.get("sslcert"), url.parameters.get("sslkey")]
  return {
    ...(certificate === undefined ? {} : { cert: read(certificate) }),
    ...(key === undefined ? {} : { key: read(key) }),
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch {
    throw failure(`the certificate file ${file} can't be read`, "Check the path and its permissions.")
  }
}

function missingRoot(): never {
  throw failure("sslmode=verify-ca needs a root certificate", "Add sslrootcert=/path/to/root.crt to the URL.")
}

function failure(message: string, hint: string): UserError {
  return new UserError({ code: "TLS_FAILED", subject: "connection URL", message, hint })
}
