import { stackStatus } from "../stack/status.ts"
import type { Secret } from "./config.ts"

/** What a configuration may borrow from `sluice dev`. */
export interface EmbeddedStack {
  readonly temporal: { readonly address: string; readonly namespace: string }
  readonly controlUrl: Secret
  /** The sample target, on a server where scratch databases may be made too. */
  readonly sampleUrl: Secret
}

/** The embedded stack of a project's folder, or null where none runs. */
export function embeddedStack(directory: string): EmbeddedStack | null {
  const { running, addresses } = stackStatus(directory)
  if (!running || !addresses) return null
  const { address, namespace } = addresses.temporal
  return { temporal: { address, namespace }, controlUrl: addresses.controlUrl, sampleUrl: addresses.targetUrl }
}
