import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** The folder of the project. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** What this project's set-up found out about this machine. */
export const toolchainFile = join(root, ".sluice", "toolchain.json")

/** What was built once for this user; a second clone or the next CI run builds nothing. */
export function cacheFolder(name) {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sluice", name)
}
