import { stackStatus } from "../stack/status.ts"
import type { Secret } from "./config.ts"

/** What a configuration may borrow from `sluice dev`. */
export interface EmbeddedStack {
  readonly temporal: { readonly address: string; readonly namespace: string }
  readonly controlUrl: Secret
  readonly sampleUrl: Secret | null
}

/** The embedded stack of a project's folder, or null where none runs. */
export async function embeddedStack(directory: string): Promise<EmbeddedStack | null> {
  const { running, addresses } = stackStatus(directory)
  if (!running || addresses === null) return null
  const { temporal, controlUrl, targetUrl } = addresses
  return { temporal, controlUrl, sampleUrl: targetUrl }
}
