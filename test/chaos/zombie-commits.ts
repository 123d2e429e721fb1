import { readFile } from "node:fs/promises"
import { sha256 } from "../../src/domain/hash.ts"

/** A line of the server's log by a session that works for a run. */
const line =
  /^(?<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) \S+ \[\d+\] \S+ sluice\/(?<run>[0-9a-f]{12})\/(?<epoch>\d+) .*?LOG: {2}(?<what>.*)$/

/**
 * Commits by sessions of a run after a session of a later epoch had begun to work for it, as the server's log shows
 * them: each would be a write by a worker that had been replaced.
 */
export async function zombieCommits(logFile: string, run: string): Promise<readonly string[]> {
  const digest = sha256(run).slice(0, 12)
  const found: string[] = []
  let newest = 0
  for (const text of (await readFile(logFile, "utf8")).split("\n")) {
    const { at, run: of, epoch, what } = line.exec(text)?.groups ?? {}
    if (of !== digest || epoch === undefined) continue
    newest = Math.max(newest, Number(epoch))
    if (Number(epoch) < newest && what?.includes(": COMMIT")) found.push(`${at}: epoch ${epoch} after ${newest}`)
  }
  return found
}

/** How many commits of the run's sessions the log has at all: none would mean that nothing was looked at. */
export async function loggedCommits(logFile: string, run: string): Promise<number> {
  const digest = sha256(run).slice(0, 12)
  return (await readFile(logFile, "utf8"))
    .split("\n")
    .filter((text) => text.includes(` sluice/${digest}/`) && text.endsWith(": COMMIT")).length
}
