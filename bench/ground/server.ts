import { randomBytes } from "node:crypto"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { Secret } from "../../src/config/config.ts"
import { prepareDatabases } from "../../src/stack/databases.ts"
import { clusterUser } from "../../src/stack/cluster-user.ts"
import { chooseDataDirectory, prepareFolder } from "../../src/stack/folder.ts"
import { endLeftover, startPostgres } from "../../src/stack/postgres-cluster.ts"
import type { Cluster } from "../../src/stack/postgres-cluster.ts"
import { stackFolder } from "../../src/stack/state.ts"
import { findToolchain } from "../../src/stack/toolchain.ts"
import { Database, administer, connected } from "./database.ts"

/** A PostgreSQL with the embedded stack's settings, for the benches alone. Its data is made anew each time. */
export class BenchServer {
  readonly binDirectory: string
  readonly logFile: string
  readonly #cluster: Cluster
  readonly #dataDirectory: string
  readonly #password: Secret
  /** Databases that were filled once, by name; each measurement gets a copy. */
  readonly #templates = new Map<string, Promise<void>>()

  private constructor(parts: {
    readonly cluster: Cluster
    readonly binDirectory: string
    readonly dataDirectory: string
    readonly logFile: string
    readonly password: Secret
  }) {
    this.#cluster = parts.cluster
    this.#dataDirectory = parts.dataDirectory
    this.#password = parts.password
    this.binDirectory = parts.binDirectory
    this.logFile = parts.logFile
  }

  /** `directory`: a folder of the benches' own; its `.sluice/` keeps everything. */
  static async start(directory: string): Promise<BenchServer> {
    const { postgresBin: binDirectory } = findToolchain()
    prepareFolder(directory)
    const dataDirectory = chooseDataDirectory(directory, clusterUser())
    await endLeftover(dataDirectory)
    rmSync(dataDirectory, { recursive: true, force: true })
    const logFile = join(stackFolder(directory), "logs", "bench-postgres.log")
    rmSync(logFile, { force: true })
    const password = new Secret(randomBytes(12).toString("hex"))
    const cluster = await startPostgres({ binDirectory, dataDirectory, password, logFile, port: null })
    // The role that product code works as: it owns what it changes and is no superuser.
    await prepareDatabases(cluster.url("postgres"), password)
    await recycleWal(cluster.url("postgres"))
    return new BenchServer({ cluster, binDirectory, dataDirectory, logFile, password })
  }

  get admin(): Secret {
    return this.#cluster.url("postgres")
  }

  /**
   * Hands `work` a copy of the database that `fill` makes, which is done once per name, and drops the copy. It is copied
   * file by file after a checkpoint: every measurement begins with the same bytes, and none of them is still to be
   * written.
   */
  async onCopy<T>(
    name: string,
    fill: (database: Database) => Promise<unknown>,
    work: (database: Database) => Promise<T>,
  ): Promise<T> {
    const known = this.#templates.get(name) ?? this.#fill(name, fill)
    this.#templates.set(name, known)
    await known
    const copy = this.#database(`copy_${randomBytes(4).toString("hex")}`)
    await administer(this.admin, `CREATE DATABASE ${copy.name} TEMPLATE ${name} STRATEGY file_copy OWNER sluice`)
    try {
      await administer(this.admin, "CHECKPOINT")
      return await work(copy)
    } finally {
      await copy.drop()
    }
  }

  /** Lets go of a filled database that no further measurement needs. */
  async forget(name: string): Promise<void> {
    if (!this.#templates.delete(name)) return
    await this.#database(name).drop()
  }

  async stop(): Promise<void> {
    await this.#cluster.stop()
    rmSync(this.#dataDirectory, { recursive: true, force: true })
  }

  async #fill(name: string, fill: (database: Database) => Promise<unknown>): Promise<void> {
    await administer(this.admin, `CREATE DATABASE ${name} OWNER sluice`)
    await fill(this.#database(name))
  }

  #database(name: string): Database {
    const url = new URL(this.#cluster.url(name).reveal())
    url.username = "sluice"
    url.password = this.#password.reveal()
    return new Database(name, { admin: this.#cluster.url(name), owner: new Secret(url.href), server: this.admin })
  }
}

/** 16 MB each: as many as fit into `max_wal_size` before a checkpoint is forced. */
const walSegments = 60

/**
 * A server in service writes its WAL into segments that it has used before. One that was just made has to create each
 * of them, 16 MB of zeros and a flush, while every commit waits: whatever writes most would seem to stall the others.
 */
async function recycleWal(url: Secret): Promise<void> {
  await connected(url, async (client) => {
    for (let segment = 0; segment < walSegments; segment += 1) {
      await client.query("SELECT pg_logical_emit_message(true, 'bench', 'x')")
      await client.query("SELECT pg_switch_wal()")
    }
    await client.query("CHECKPOINT")
  })
}
