import { existsSync, readFileSync } from "node:fs"
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { Client } from "pg"
import { Secret } from "../config/config.ts"
import { TransientError, UserError } from "../domain/errors.ts"
import { canEnter, clusterUser, makePrivateDirectory } from "./cluster-user.ts"
import type { ClusterUser } from "./cluster-user.ts"
import { freePort } from "./free-port.ts"
import { startOnLeash } from "./leash.ts"
import type { Leashed } from "./leash.ts"
import { logTail } from "./log-tail.ts"
import { settingArguments } from "./postgres-settings.ts"
import { commandLine, endProcess, identify } from "./process-identity.ts"
import { waitUntil } from "./wait-until.ts"

/** Where a cluster lives and how it is started. */
export interface ClusterOptions {
  /** Folder with `initdb` and `postgres` (of the version that made the data, once there is data). */
  readonly binDirectory: string
  /** The data directory. Made by `initdb` where it isn't there. */
  readonly dataDirectory: string
  /** Of the superuser `postgres`. Only used by `initdb`; afterwards it must be the same. */
  readonly password: Secret
  readonly logFile: string
  /** Taken if free. Null: any. */
  readonly port: number | null
  readonly settings?: Readonly<Record<string, string>>
}

/** A running cluster. */
export interface Cluster extends Leashed {
  readonly host: string
  readonly port: number
  /** The superuser's address of a database of the cluster. */
  url(database: string): Secret
}

/** Starts the cluster in a data directory, which is made first where it isn't there. Ends with this process. */
export async function startPostgres(options: ClusterOptions): Promise<Cluster> {
  const user = clusterUser()
  if (!existsSync(join(options.dataDirectory, "PG_VERSION"))) await initialise(options, user)
  checkVersion(options)
  await endLeftover(options.dataDirectory)
  // Backends of a killed server may hold its shared memory for a moment, and a port may be taken between finding it
  // and using it: three tries.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(options.port)
    const program = startOnLeash({
      command: join(options.binDirectory, "postgres"),
      args: ["-D", options.dataDirectory, ...settingArguments(port, options.settings ?? {})],
      ...(user && { user }),
      stopSignal: "SIGINT",
      graceMs: 20_000,
      logFile: options.logFile,
    })
    const cluster = { ...program, host: "127.0.0.1", port, url: clusterUrl(options.password, port) }
    const answers = await waitUntil(() => accepts(cluster.url("postgres")), {
      timeoutMs: 60_000,
      giveUp: () => !program.isRunning(),
    })
    if (answers) return cluster
    await program.stop()
    if (attempt === 3) {
      throw new TransientError({
        code: "STACK_START_FAILED",
        subject: "PostgreSQL",
        message: `PostgreSQL did not start in ${options.dataDirectory}: ${await logTail(options.logFile, 5)}`,
        hint: `Its log is ${options.logFile}.`,
      })
    }
  }
}

/** Ends the server of a data directory that nobody holds on a leash any more. */
export async function endLeftover(dataDirectory: string): Promise<void> {
  const pidFile = join(dataDirectory, "postmaster.pid")
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, "utf8").split("\n")[0])
  const identity = Number.isInteger(pid) && pid > 0 ? identify(pid) : null
  // The number may belong to another program by now; the server's command line names its directory.
  if (identity === null || !commandLine(pid)?.includes(dataDirectory)) return
  await endProcess(identity, { signal: "SIGINT", graceMs: 20_000 })
}

async function initialise(options: ClusterOptions, user: ClusterUser | null): Promise<void> {
  if (!canEnter(join(options.dataDirectory, ".."), user)) {
    throw new UserError({
      code: "STACK_DIRECTORY_CLOSED",
      subject: options.dataDirectory,
      message: `the user postgres can't enter the folder of ${options.dataDirectory}`,
      hint: "Choose a data directory in a folder that everybody may enter, such as /var/tmp.",
    })
  }
  makePrivateDirectory(options.dataDirectory, user)
  const folder = await mkdtemp(join(tmpdir(), "sluice-initdb-"))
  try {
    const passwordFile = join(folder, "password")
    await writeFile(passwordFile, options.password.reveal(), { mode: 0o600 })
    if (user) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid)
    await promisify(execFile)(
      join(options.binDirectory, "initdb"),
      [
        `--pgdata=${options.dataDirectory}`,
        "--username=postgres",
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
        "--no-sync",
        "--no-instructions",
      ],
      { cwd: "/", ...(user && { uid: user.uid, gid: user.gid }) },
    )
  } catch (cause) {
    await rm(options.dataDirectory, { recursive: true, force: true })
    const finding = {
      code: "STACK_START_FAILED",
      subject: "PostgreSQL",
      message: `initdb failed in ${options.dataDirectory}: ${cause instanceof Error ? cause.message : String(cause)}`,
    }
    throw new UserError(finding, { cause })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function checkVersion(options: ClusterOptions): void {
  const version = readFileSync(join(options.dataDirectory, "PG_VERSION"), "utf8").trim()
  if (!options.binDirectory.match(/\/postgresql\/(\d+)\/bin$/) || options.binDirectory.includes(`/${version}/`)) return
  throw new UserError({
    code: "STACK_VERSION",
    subject: options.dataDirectory,
    message: `the data was made by PostgreSQL ${version}, which is not the one in ${options.binDirectory}`,
    hint: `Install PostgreSQL ${version} again, or begin anew with \`sluice dev --reset\`.`,
  })
}

function clusterUrl(password: Secret, port: number): (database: string) => Secret {
  return (database) =>
    new Secret(
      `postgresql://postgres:${encodeURIComponent(password.reveal())}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
    )
}

/** Whether the server lets the superuser in. */
async function accepts(url: Secret): Promise<boolean> {
  const client = new Client({ connectionString: url.reveal(), connectionTimeoutMillis: 5_000 })
  client.on("error", () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
