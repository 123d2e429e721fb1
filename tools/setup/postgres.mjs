import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { firstProgram, onPath } from "./command.mjs"
import { canInstall, install } from "./debian.mjs"
import { part, say, SetupError } from "./narrate.mjs"

/** The folder of the newest PostgreSQL's programs; installs it where there is none and we may. */
export async function findPostgres() {
  const found = search()
  if (found !== null) return found
  if (!canInstall()) {
    throw new SetupError(
      `PostgreSQL 15 or newer is needed (its server, not only psql). Install it with:\n  ${commandHere("postgresql")}`,
    )
  }
  await part("Installing PostgreSQL", "1 min", () => install("postgresql"))
  const installed = search()
  if (installed === null) throw new SetupError("PostgreSQL was installed, but its `initdb` can't be found.")
  return installed
}

/** PgBouncer's path; null where it isn't there and can't be installed. Only the traffic drivers need it. */
export async function findPgBouncer() {
  const search = () => firstProgram([...onPath("pgbouncer"), "/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer"])
  if (search() === null && canInstall()) {
    await part("Installing PgBouncer", "30 s", () => install("pgbouncer")).catch((error) =>
      say(`  not installed, and not needed for most of it: ${error.message.split("\n")[0]}`),
    )
  } else if (search() === null) {
    say(`PgBouncer isn't here. Only moving traffic needs it: ${commandHere("pgbouncer")}`)
  }
  return search()
}

function search() {
  const debian = "/usr/lib/postgresql"
  const versions = existsSync(debian) ? readdirSync(debian).filter((name) => Number(name) >= 15) : []
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a)).map((name) => join(debian, name, "bin"))
  const folders = [process.env.SLUICE_PG_BIN, ...newestFirst].filter((folder) => folder)
  const initdb = firstProgram([...folders.map((folder) => join(folder, "initdb")), ...onPath("initdb"), ...homebrew()])
  return initdb === null ? null : dirname(initdb)
}

function homebrew() {
  const folders = ["/opt/homebrew/opt", "/usr/local/opt"].filter((folder) => existsSync(folder))
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith("postgresql@"))
      .map((name) => join(folder, name, "bin", "initdb")),
  )
}

/** The one command that installs a package on this system. */
function commandHere(name) {
  const formula = name === "postgresql" ? "postgresql@17" : name
  const server = name === "postgresql" ? "postgresql-server postgresql-contrib" : name
  if (process.platform === "darwin") return `brew install ${formula}`
  if (firstProgram(onPath("apt-get"))) return `sudo apt-get install ${name}`
  if (firstProgram(onPath("dnf"))) return `sudo dnf install ${server}`
  if (firstProgram(onPath("pacman"))) return `sudo pacman -S ${name}`
  if (firstProgram(onPath("apk"))) return `sudo apk add ${name === "postgresql" ? "postgresql17" : name}`
  return `your system's package manager (the package is called ${name})`
}
