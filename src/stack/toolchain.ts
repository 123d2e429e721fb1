import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { UserError } from "../domain/errors.ts"

/** The programs that the embedded stack starts. */
export interface Toolchain {
  /** Path of Temporal's command line. */
  readonly temporalCli: string
  /** Folder of the newest PostgreSQL's `initdb` and `postgres`. */
  readonly postgresBin: string
  /** Path of PgBouncer; null where it isn't installed. */
  readonly pgbouncer: string | null
}

/** The version of Temporal's command line that the project is tested with, as in tools/temporal/go.mod. */
const temporalVersion = "1.8.2"

/** The folder of this package: the nearest above this file that holds a package.json. */
export function packageDirectory(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}

/** What set-up found (`.sluice/toolchain.json` beside package.json); searched again where that is missing or stale. */
export function findToolchain(env: NodeJS.ProcessEnv = process.env): Toolchain {
  const found = readToolchainFile()
  const temporalCli = firstExecutable([env["SLUICE_TEMPORAL_CLI"], found?.temporalCli, ...temporalPlaces(env)])
  const postgresBin = firstBin([env["SLUICE_PG_BIN"], found?.postgresBin, ...postgresPlaces(env)])
  const missing = [temporalCli === null ? "Temporal's command line" : null, postgresBin === null ? "PostgreSQL" : null]
  if (temporalCli === null || postgresBin === null) {
    const names = missing.filter((name) => name !== null).join(" and ")
    throw new UserError({
      code: "STACK_TOOL_MISSING",
      subject: names,
      message: `${names} can't be found`,
      hint: `Run \`npm run setup\` in ${packageDirectory()}: it finds or installs both.`,
    })
  }
  const pgbouncer = firstExecutable([found?.pgbouncer, ...onPath("pgbouncer", env), "/usr/sbin/pgbouncer"])
  return { temporalCli, postgresBin, pgbouncer }
}

function readToolchainFile(): Partial<Toolchain> | null {
  try {
    return JSON.parse(readFileSync(join(packageDirectory(), ".sluice", "toolchain.json"), "utf8")) as Partial<Toolchain>
  } catch {
    return null
  }
}

function temporalPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const cache = env["XDG_CACHE_HOME"] || join(homedir(), ".cache")
  return [...onPath("temporal", env), join(cache, "sluice", `temporal-${temporalVersion}`, "temporal")]
}

function postgresPlaces(env: NodeJS.ProcessEnv): readonly string[] {
  const debian = "/usr/lib/postgresql"
  const versions = existsSync(debian) ? readdirSync(debian).filter((name) => /^\d+$/.test(name)) : []
  const newestFirst = versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, "bin"))
  return [...newestFirst, ...onPath("initdb", env).map((path) => dirname(path))]
}

function onPath(name: string, env: NodeJS.ProcessEnv): readonly string[] {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")
  return folders.map((folder) => join(folder, name))
}

function firstBin(folders: readonly (string | null | undefined)[]): string | null {
  const initdb = firstExecutable(folders.map((folder) => (folder ? join(folder, "initdb") : null)))
  return initdb === null ? null : dirname(initdb)
}

function firstExecutable(paths: readonly (string | null | undefined)[]): string | null {
  return paths.find((path): path is string => typeof path === "string" && path !== "" && isExecutable(path)) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
