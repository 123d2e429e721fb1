import { readFileSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { SluiceError } from "../domain/errors.ts"
import type { Config } from "./config.ts"
import { findConfigFile } from "./find-file.ts"
import { loadConfigNow, refuseControlAsTarget, type LoadOptions } from "./load.ts"

/**
 * A configuration for a program that runs for weeks: each call answers what the file, and the files of its secrets, say
 * at that moment. Where they can't be used the last good one holds, and what is wrong is said once per change.
 * Connections that are open already, to Temporal and to the control database, stay as they are; a change of those is
 * said to need a restart. The first reading throws as `loadConfig` does.
 */
export function liveConfig(options: LoadOptions, say: (line: string) => void): () => Config {
  const file = findConfigFile(options)
  // Before it is read: an edit in between is then found by the next call.
  let text = file === null ? null : textOf(file)
  const first = loadConfigNow(options)
  let current = first
  let refused: Texts | null = null
  return () => {
    if (file === null) return current
    const texts = textsOf(file, current)
    if (isDeepStrictEqual(texts, [text, ...secretsOf(current)])) {
      refused = null
      return current
    }
    try {
      const next = loadConfigNow({ ...options, file })
      const usable = { ...next, temporal: first.temporal, control: first.control }
      // The control database in use, not the one that the file would have.
      refuseControlAsTarget(usable)
      ;[current, text, refused] = [usable, texts[0] ?? null, null]
      say(`${file} has changed: from now on this worker goes by it.`)
      for (const part of fixedParts(first, next))
        say(`${file}: ${part} needs a restart of this worker; until then it goes on with the old one.`)
    } catch (error) {
      if (!isDeepStrictEqual(texts, refused)) for (const line of refusal(file, error)) say(line)
      refused = texts
    }
    return current
  }
}

/** What a file and the files of its secrets hold. Contents: two edits may share one tick of a file system's clock. */
type Texts = readonly (string | null)[]

function textsOf(file: string, { secretFiles }: Config): Texts {
  return [file, ...Object.keys(secretFiles)].map(textOf)
}

function secretsOf({ secretFiles }: Config): Texts {
  return Object.values(secretFiles).map((text) => text.reveal())
}

/** Null where it can't be read. */
function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

/** The parts that a running worker can't take over and in which the two differ. */
function fixedParts(used: Config, next: Config): readonly string[] {
  // A secret hides its text from a comparison too.
  const temporalOf = ({ temporal }: Config) => ({ ...temporal, apiKey: temporal.apiKey?.reveal() ?? null })
  return [
    ...(isDeepStrictEqual(temporalOf(used), temporalOf(next)) ? [] : ["temporal"]),
    ...(used.control.url.reveal() === next.control.url.reveal() ? [] : ["control"]),
  ]
}

function refusal(file: string, error: unknown): readonly string[] {
  const mistakes = error instanceof SluiceError ? error.findings : [{ message: String(error) }]
  const first = `${file} has changed but can't be used; this worker goes on with what it said before:`
  return [first, ...mistakes.map(inOneLine)]
}

function inOneLine({ line, message, hint }: { line?: number; message: string; hint?: string }): string {
  return `  ${line === undefined ? "" : `line ${line}: `}${message}${hint === undefined ? "" : ` (${hint})`}`
}
