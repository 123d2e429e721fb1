import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { run } from "./command.mjs"
import { part } from "./narrate.mjs"
import { root } from "./places.mjs"

/** Installs the dependencies of package-lock.json where they are missing or others. */
export async function installNodeModules() {
  if (isInstalled()) return
  // `npm run` sets variables about its script; an npm inside must not take them for its own. Its settings stay.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_/.test(name)),
  )
  await part("Installing the Node dependencies", "30 s", () =>
    run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: root, env }),
  )
}

/** npm keeps a list of what it installed; each package that the lock demands must be in it in the same version. */
function isInstalled() {
  const wanted = packagesOf(join(root, "package-lock.json"))
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"))
  if (wanted === null || installed === null) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true
    const here = installed[path]
    // Optional ones are those of other platforms.
    return here === undefined ? entry.optional === true : here.version === entry.version && existsSync(join(root, path))
  })
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages
  } catch {
    return null
  }
}
