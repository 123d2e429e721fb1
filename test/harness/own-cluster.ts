import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { inject } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { clusterUser, makePrivateDirectory } from "../../src/stack/cluster-user.ts"
import { startPostgres, type Cluster } from "../../src/stack/postgres-cluster.ts"
import { databaseAt, runAt, type TestDatabase, type TestRole } from "./database.ts"

/** A test's data needn't outlive the machine. */
const careless = { fsync: "off", full_page_writes: "off", shared_buffers: "32MB" }

/**
 * A cluster of a test file's own, up in about two seconds, for what would disturb others on the one of the test run:
 * replicas, slots, archiving, the rate of the log. Ends with `stop`, at the latest with the process.
 */
export class OwnCluster {
  readonly #folder: string
  readonly #password: Secret
  readonly #primary: Cluster
  readonly #standbys: Standby[] = []

  private constructor(folder: string, password: Secret, primary: Cluster) {
    this.#folder = folder
    this.#password = password
    this.#primary = primary
  }

  /** `settingsIn` gets the cluster's own folder, which its user may read. */
  static async start(
    settingsIn: (folder: string) => Readonly<Record<string, string>> = () => ({}),
  ): Promise<OwnCluster> {
    const folder = await mkdtemp(join(inject("scratchDirectory"), "own-"))
    await chmod(folder, 0o755)
    const password = new Secret(randomBytes(12).toString("hex"))
    const primary = await startPostgres({
      binDirectory: inject("postgres").binDirectory,
      dataDirectory: join(folder, "primary"),
      password,
      logFile: join(folder, "primary.log"),
      port: null,
      settings: { ...careless, ...settingsIn(folder) },
    })
    return new OwnCluster(folder, password, primary)
  }

  get folder(): string {
    return this.#folder
  }

  /** The superuser's address. */
  url(database = "postgres"): Secret {
    return this.#primary.url(database)
  }

  query<Row extends object = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return runAt<Row>(this.url(), text, values)
  }

  /** A new database with what `schema` makes in it. */
  async createDatabase(schema: string): Promise<TestDatabase> {
    const name = `own_${randomBytes(5).toString("hex")}`
    await this.query(`CREATE DATABASE ${name} TEMPLATE template0 STRATEGY wal_log`)
    const database = databaseAt({ name, urlOf: (at) => this.url(at) })
    await database.query(schema)
    return database
  }

  /** A role that can log in and is no superuser. It goes with the cluster. */
  async createRole(memberOf: readonly string[] = []): Promise<TestRole> {
    const [name, password] = [`role_${randomBytes(5).toString("hex")}`, randomBytes(9).toString("hex")]
    await this.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`)
    for (const group of memberOf) await this.query(`GRANT ${group} TO ${name}`)
    return { name, password, drop: async () => {} }
  }

  /** A copy of the primary that follows it under the name; `slot`: by a physical slot of that name. */
  async addStandby(name: string, options: { readonly slot?: string } = {}): Promise<Standby> {
    const user = clusterUser()
    const dataDirectory = join(this.#folder, name)
    makePrivateDirectory(dataDirectory, user)
    const slot = options.slot === undefined ? [] : [`--slot=${options.slot}`, "--create-slot"]
    await promisify(execFile)(
      join(inject("postgres").binDirectory, "pg_basebackup"),
      [
        `--dbname=host=${this.#primary.host} port=${this.#primary.port} user=postgres application_name=${name}`,
        `--pgdata=${dataDirectory}`,
        "--write-recovery-conf",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--no-sync",
        ...slot,
      ],
      { cwd: "/", env: { PGPASSWORD: this.#password.reveal() }, ...(user && { uid: user.uid, gid: user.gid }) },
    )
    const standby = new Standby(name, () =>
      startPostgres({
        binDirectory: inject("postgres").binDirectory,
        dataDirectory,
        password: this.#password,
        logFile: join(this.#folder, `${name}.log`),
        port: null,
        // What a standby has replayed is otherwise told every ten seconds where little else is going on.
        settings: { ...careless, wal_receiver_status_interval: "1s", wal_retrieve_retry_interval: "100ms" },
      }),
    )
    this.#standbys.push(standby)
    await standby.start()
    return standby
  }

  async stop(): Promise<void> {
    for (const standby of this.#standbys) await standby.stop()
    await this.#primary.stop()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

export class Standby {
  readonly name: string
  readonly #launch: () => Promise<Cluster>
  #cluster: Cluster | null = null

  constructor(name: string, launch: () => Promise<Cluster>) {
    this.name = name
    this.#launch = launch
  }

  async start(): Promise<void> {
    this.#cluster = await this.#launch()
  }

  async stop(): Promise<void> {
    await this.#cluster?.stop()
    this.#cluster = null
  }

  query<Row extends object = Record<string, unknown>>(text: string, database = "postgres"): Promise<Row[]> {
    if (!this.#cluster) throw new Error(`standby ${this.name} doesn't run`)
    return runAt<Row>(this.#cluster.url(database), text)
  }

  async pauseReplay(): Promise<void> {
    await this.query("SELECT pg_wal_replay_pause()")
  }

  async resumeReplay(): Promise<void> {
    await this.query("SELECT pg_wal_replay_resume()")
  }
}
