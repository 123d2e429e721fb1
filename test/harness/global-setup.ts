import { randomBytes } from "node:crypto"
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { Secret } from "../../src/config/config.ts"
import { startPostgres } from "../../src/stack/postgres-cluster.ts"
import { identifySelf, isAlive } from "../../src/stack/process-identity.ts"
import type { ProcessIdentity } from "../../src/stack/process-identity.ts"
import { statementStatistics } from "../../src/stack/statement-statistics.ts"
import { startTemporal } from "../../src/stack/temporal-server.ts"
import { findToolchain } from "../../src/stack/toolchain.ts"
import { prepareTemplate } from "./template.ts"

/** What every test file may ask for with `inject`. */
declare module "vitest" {
  export interface ProvidedContext {
    /** The one cluster of this test run. `password` is the superuser's. */
    postgres: {
      readonly host: string
      readonly port: number
      readonly password: string
      readonly binDirectory: string
      readonly dataDirectory: string
      readonly logFile: string
    }
    /** The one Temporal development server of this test run. */
    temporal: { readonly address: string; readonly namespace: string; readonly cli: string }
    /** A folder that is removed after the run. The cluster's user may enter it. */
    scratchDirectory: string
  }
}

const prefix = "sluice-test-"

/** Starts one PostgreSQL cluster and one Temporal development server for all test files; they end with this process. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers()
  const toolchain = findToolchain()
  const folder = join(tmpdir(), `${prefix}${process.pid}`)
  await mkdir(folder)
  await chmod(folder, 0o755)
  await writeFile(join(folder, "owner.json"), JSON.stringify(identifySelf()))
  const password = new Secret(randomBytes(12).toString("hex"))
  const postgresLog = join(folder, "postgres.log")
  const dataDirectory = join(folder, "postgres")
  const [cluster, temporal] = await Promise.all([
    startPostgres({
      binDirectory: toolchain.postgresBin,
      dataDirectory,
      password,
      logFile: postgresLog,
      port: null,
      // A test's data needn't outlive the machine. Everything else is as in earnest.
      settings: {
        ...countingStatements(toolchain.postgresBin),
        fsync: "off",
        full_page_writes: "off",
        max_wal_size: "4GB",
        deadlock_timeout: "200ms",
      },
    }),
    startTemporal({
      cli: toolchain.temporalCli,
      databaseFile: null,
      logFile: join(folder, "temporal.log"),
      port: null,
      uiPort: "none",
    }),
  ])
  await prepareTemplate(cluster.url("postgres"))
  project.provide("postgres", {
    host: cluster.host,
    port: cluster.port,
    password: password.reveal(),
    binDirectory: toolchain.postgresBin,
    dataDirectory,
    logFile: postgresLog,
  })
  project.provide("temporal", {
    address: temporal.address,
    namespace: temporal.namespace,
    cli: toolchain.temporalCli,
  })
  project.provide("scratchDirectory", folder)
  return async () => {
    await Promise.all([cluster.stop(), temporal.stop()])
    await rm(folder, { recursive: true, force: true })
  }
}

/** Of all databases of a test run: seen in those that create the extension. None may push out another's. */
function countingStatements(binDirectory: string): Readonly<Record<string, string>> {
  const settings = statementStatistics(binDirectory)
  return { ...settings, ...(settings["shared_preload_libraries"] && { "pg_stat_statements.max": "50000" }) }
}

/** Removes the folders of test runs that were killed; their servers ended with them. */
async function removeLeftovers(): Promise<void> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix))
  for (const folder of folders.map((name) => join(tmpdir(), name))) {
    const owner = await readFile(join(folder, "owner.json"), "utf8").catch(() => null)
    if (owner === null || isAlive(JSON.parse(owner) as ProcessIdentity)) continue
    await rm(folder, { recursive: true, force: true })
  }
}
