import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Secret } from "./config.ts"

/** What a configuration may borrow from `sluice dev`. */
export interface EmbeddedStack {
  readonly temporal: { readonly address: string; readonly namespace: string }
  readonly controlUrl: Secret
  readonly sampleUrl: Secret | null
}

/** The embedded stack of a project's folder, or null where none runs. */
export async function embeddedStack(directory: string): Promise<EmbeddedStack | null> {
  try {
    JSON.parse(readFileSync(join(directory, ".sluice", "stack.json"), "utf8"))
  } catch {
    return null
  }
  return null
}
