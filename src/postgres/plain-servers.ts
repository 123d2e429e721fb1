import type { ConnectionUrl } from "./connection-url.ts"

/** How long a server is believed to offer no TLS, in milliseconds: somebody may be about to set it up. */
const believedMs = 60_000

/** When a server said so last, by its address. */
const saidAt = new Map<string, number>()

/** The server has just said that it offers no TLS. */
export function offersNoTls({ host, port }: ConnectionUrl): void {
  saidAt.set(`${host}:${port}`, Date.now())
}

/**
 * The URL with what a server has said of itself lately. `prefer` asks for TLS first, and pg needs a second connection
 * where that is declined, each time anew: to ask a server that declined a moment ago costs more than the first query.
 */
export function asServerOffers(url: ConnectionUrl): ConnectionUrl {
  const at = saidAt.get(`${url.host}:${url.port}`)
  const isPlain = at !== undefined && Date.now() - at < believedMs
  return url.sslMode === "prefer" && isPlain ? { ...url, sslMode: "allow" } : url
}
