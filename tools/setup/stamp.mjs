import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { isExecutable, projectFolder } from "./places.mjs"

const folder = join(projectFolder, ".sluice")
const file = join(folder, "toolchain.json")

/** What the lock file says; dependencies are installed again when it changes. */
export function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(projectFolder, "package-lock.json")))
    .digest("hex")
}

/** True where an earlier set-up stands: same lock file, and every program is still where it was. */
export function settled() {
  try {
    const found = JSON.parse(readFileSync(file, "utf8"))
    return (
      found.lock === lockHash() &&
      existsSync(join(projectFolder, "node_modules", ".package-lock.json")) &&
      isExecutable(found.temporalCli) &&
      isExecutable(join(found.postgresBin, "initdb"))
    )
  } catch {
    return false
  }
}

/** Leaves word for the embedded stack (src/stack/toolchain.ts) and for the next set-up. */
export function rememberToolchain({ temporalCli, postgresBin, pgbouncer }) {
  mkdirSync(folder, { recursive: true })
  const partial = `${file}.${process.pid}`
  writeFileSync(partial, `${JSON.stringify({ lock: lockHash(), temporalCli, postgresBin, pgbouncer }, null, 2)}\n`)
  renameSync(partial, file)
}
