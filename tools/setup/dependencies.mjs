import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { projectFolder } from "./places.mjs"
import { runCommand, tail } from "./run-command.mjs"
import { lockHash } from "./stamp.mjs"
import { Problem, say } from "./words.mjs"

/** Kept inside node_modules, so that it vanishes with it. */
const stamp = join(projectFolder, "node_modules", ".sluice-lock")

/** `npm ci` where node_modules is missing or belongs to another lock file. About half a minute. */
export async function installDependencies() {
  const wanted = lockHash()
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return
  say("Installing Node packages (npm ci, about half a minute)")
  // npm sets variables for the scripts that it runs; a second npm inside must not take them for its own settings.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle)_/.test(name)),
  )
  const { code, output } = await runCommand("npm", ["ci", "--no-audit", "--no-fund"], { cwd: projectFolder, env })
  if (code !== 0) throw new Problem(`npm ci failed:\n${tail(output)}`)
  writeFileSync(stamp, wanted)
}
