import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { firstProgram } from "./command.mjs"
import { cacheFolder } from "./places.mjs"
import { takeTurn } from "./turn.mjs"

/** Where a program lies that was made once for this user, whether it is there or not. */
export function cachedPath(folder, name) {
  return join(cacheFolder(folder), name)
}

/**
 * A program that is made once for this user: `make` gets an empty folder and answers the program's path in it. The
 * program is in the cache whole or not at all, and two that need it at the same time make it once.
 */
export async function cachedProgram(folder, name, make) {
  const cached = cachedPath(folder, name)
  if (firstProgram([cached]) !== null) return cached
  mkdirSync(cacheFolder(folder), { recursive: true })
  return takeTurn(join(cacheFolder(folder), "setup.lock"), async () => {
    if (existsSync(cached)) return cached // another one made it while we waited
    const partial = mkdtempSync(join(cacheFolder(folder), "partial-"))
    try {
      const program = await make(partial)
      chmodSync(program, 0o755)
      renameSync(program, cached)
      return cached
    } finally {
      rmSync(partial, { recursive: true, force: true })
    }
  })
}
