import { existsSync } from "node:fs"
import { run } from "./command.mjs"
import { say } from "./narrate.mjs"

/** Whether packages can be installed here without asking anybody: Debian or a child of it, and we are root. */
export function canInstall() {
  return process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")
}

/** Installs a Debian package; the lists of packages are fetched first where it isn't in them. */
export async function install(name) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  const args = ["install", "--yes", "--no-install-recommends", name]
  try {
    await run("apt-get", args, { env })
  } catch {
    say("  fetching the lists of packages first")
    await run("apt-get", ["update"], { env })
    await run("apt-get", args, { env })
  }
}
