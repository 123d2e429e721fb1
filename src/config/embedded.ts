import { stackStatus } from "../stack/status.ts"
import type { Secret } from "./config.ts"

/** What a configuration may borrow from `sluice dev`. */
export interface EmbeddedStack {
  readonly temporal: { readonly address: string; readonly namespace: string }
  readonly controlUrl: Secret
  /** The sample target, on a server where scratch databases may be made too. */
  readonly sampleUrl: Secret
}

/**
 * The embedded stack of a project's folder, or null where none runs. Its PostgreSQL is enough to count: `status` has to
 * work while Temporal is down.
 */
export function embeddedStack(directory: string): EmbeddedStack | null {
  const { parts, addresses } = stackStatus(directory)
  if (!parts.includes("PostgreSQL") || !addresses) return null
  const { address, namespace } = addresses.temporal
  return { temporal: { address, namespace }, controlUrl: addresses.controlUrl, sampleUrl: addresses.targetUrl }
}
