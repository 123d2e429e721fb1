import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { isExecutable, onPath } from "./places.mjs"
import { runCommand, tail } from "./run-command.mjs"
import { Problem, say } from "./words.mjs"

const debian = "/usr/lib/postgresql"
const oldestMajor = 15

/** The newest PostgreSQL (15 or later) and PgBouncer; installed where we are root on a Debian. */
export async function findPostgres() {
  if (newestBin() === null || pgbouncer() === null) await install()
  const postgresBin = newestBin()
  if (postgresBin === null) throw new Problem(`PostgreSQL ${oldestMajor} or later wasn't found. ${howTo()}`)
  return { postgresBin, pgbouncer: pgbouncer() }
}

function newestBin() {
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : []
  const places = versions
    .filter((major) => major >= oldestMajor)
    .toSorted((a, b) => b - a)
    .map((major) => join(debian, String(major), "bin"))
  const path = onPath("initdb")
  return [process.env.SLUICE_PG_BIN, ...places, path && dirname(path)].find(
    (folder) => folder && isExecutable(join(folder, "initdb")) && isExecutable(join(folder, "pg_dump")),
  ) ?? null
}

function pgbouncer() {
  return onPath("pgbouncer") ?? ["/usr/sbin/pgbouncer"].find(isExecutable) ?? null
}

async function install() {
  const isRoot = process.getuid?.() === 0
  const apt = onPath("apt-get")
  if (!isRoot || apt === null) return
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  say("Installing PostgreSQL and PgBouncer with apt-get (about a minute)")
  const wanted = ["install", "-y", "--no-install-recommends", ...(newestBin() ? [] : ["postgresql"]), "pgbouncer"]
  const first = await runCommand(apt, wanted, { env })
  if (first.code === 0) return
  await runCommand(apt, ["update"], { env })
  const second = await runCommand(apt, wanted, { env })
  if (second.code !== 0) say(`apt-get failed:\n${tail(second.output, 5)}`)
}

function howTo() {
  if (process.platform === "darwin") return "Install it with: brew install postgresql@17 pgbouncer"
  if (onPath("apt-get")) return "Install it with: sudo apt-get install postgresql pgbouncer"
  if (onPath("dnf")) return "Install it with: sudo dnf install postgresql-server pgbouncer"
  return "Install PostgreSQL and put its bin folder on PATH, or name that folder in SLUICE_PG_BIN."
}
