import { createHash } from "node:crypto"
import { canonicalJson } from "./canonical.ts"

/** sha256 of text or bytes, in hex. Not for workflows: their sandbox has no `node:crypto`. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex")
}

/** sha256 of a value's canonical JSON, in hex. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value))
}
