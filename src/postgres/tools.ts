import { execFile } from "node:child_process"
import { readdir } from "node:fs/promises"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { UserError } from "../domain/errors.ts"

export type PostgresTool = "pg_dump" | "pg_restore" | "psql" | "pg_basebackup" | "pg_dumpall" | "pg_isready"

const run = promisify(execFile)

/** Folders that hold one folder per version, with what comes after the version's own. */
const versionedFolders = [
  { folder: "/usr/lib/postgresql", version: /^\d+$/, bin: "bin" },
  { folder: "/usr", version: /^pgsql-\d+$/, bin: "bin" },
  { folder: "/opt/homebrew/opt", version: /^(postgresql|libpq)(@\d+)?$/, bin: "bin" },
  { folder: "/usr/local/opt", version: /^(postgresql|libpq)(@\d+)?$/, bin: "bin" },
  { folder: "/Applications/Postgres.app/Contents/Versions", version: /^\d+$/, bin: "bin" },
]

/**
 * The path of one of PostgreSQL's client programs: that in `SLUICE_PG_BIN` where it is new enough, else the newest
 * of the usual places and PATH. `pg_dump` refuses servers newer than itself, so `atLeastMajor` is the server's.
 * Throws UserError POSTGRES_TOOL_MISSING.
 */
export async function findPostgresTool(
  name: PostgresTool,
  atLeastMajor = 0,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const chosen = env["SLUICE_PG_BIN"] ? join(env["SLUICE_PG_BIN"], name) : null
  if (chosen !== null && (await majorOf(chosen)) >= atLeastMajor) return chosen
  const paths = [...new Set((await usualFolders(env)).map((folder) => join(folder, name)))]
  const found = await Promise.all(paths.map(async (path) => ({ path, major: await majorOf(path) })))
  const [newest] = found.toSorted((a, b) => b.major - a.major)
  if (newest && newest.major >= Math.max(atLeastMajor, 1)) return newest.path
  throw missing(name, atLeastMajor, newest?.major ?? -1)
}

async function usualFolders(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const listed = versionedFolders.map(async ({ folder, version, bin }) => {
    const names = await readdir(folder).catch(() => [])
    return names.filter((name) => version.test(name)).map((name) => join(folder, name, bin))
  })
  const onPath = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")
  return [...(await Promise.all(listed)).flat(), ...onPath]
}

/** -1 where there is no such program or it doesn't say. */
async function majorOf(path: string): Promise<number> {
  const answer = await run(path, ["--version"]).catch(() => null)
  return Number(/\(PostgreSQL\) (\d+)/.exec(answer?.stdout ?? "")?.[1] ?? -1)
}

function missing(name: PostgresTool, atLeastMajor: number, newest: number): UserError {
  const wanted = atLeastMajor > 0 ? `${name} of PostgreSQL ${atLeastMajor} or newer` : name
  return new UserError({
    code: "POSTGRES_TOOL_MISSING",
    subject: name,
    message: newest < 0 ? `${wanted} can't be found` : `${wanted} can't be found: the newest here is of ${newest}`,
    hint: `Install PostgreSQL's client programs (Debian: apt-get install postgresql-client-${atLeastMajor || "NN"}), or name their folder in SLUICE_PG_BIN.`,
  })
}
