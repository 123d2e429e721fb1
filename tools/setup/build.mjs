import { existsSync, readdirSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { projectFolder } from "./places.mjs"
import { runCommand, tail } from "./run-command.mjs"
import { Problem, say } from "./words.mjs"

const sources = ["src", "workflows", "activities", "test", "bench", "tsconfig.json", "package-lock.json"]

/** Compiles to dist/ where a source is newer than the last build. Seconds; nothing to do: a few milliseconds. */
export async function buildProject() {
  const built = join(projectFolder, "dist", ".tsbuildinfo")
  if (existsSync(built) && newest(sources.map((name) => join(projectFolder, name))) <= statSync(built).mtimeMs) return
  say("Compiling (some seconds)")
  // Compiled files of sources that are gone would still be found.
  rmSync(join(projectFolder, "dist"), { recursive: true, force: true })
  const tsc = join(projectFolder, "node_modules", "typescript", "bin", "tsc")
  const { code, output } = await runCommand(process.execPath, [tsc, "-p", projectFolder], { cwd: projectFolder })
  if (code !== 0) throw new Problem(`The project doesn't compile:\n${tail(output, 40)}`)
}

/** The newest modification time below the given places, in milliseconds. */
function newest(places) {
  let latest = 0
  for (const place of places) {
    if (!existsSync(place)) continue
    const found = statSync(place)
    latest = Math.max(latest, found.mtimeMs)
    if (found.isDirectory()) latest = Math.max(latest, newest(readdirSync(place).map((name) => join(place, name))))
  }
  return latest
}
