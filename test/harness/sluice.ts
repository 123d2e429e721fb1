import { mkdir, mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { inject } from "vitest"
import { findPollers } from "../../src/app/pollers.ts"
import { TemporalLink } from "../../src/app/temporal.ts"
import type { Config, TargetConfig } from "../../src/config/config.ts"
import { openControl, type Control } from "../../src/ledger/control.ts"
import { waitUntil } from "../../src/stack/wait-until.ts"
import { startWorker, type RunningWorker, type WorkerOptions } from "../../src/worker/start.ts"
import { clusterUrl, createDatabase, createRole, type TestDatabase, type TestRole } from "./database.ts"
import { createNamespace } from "./namespace.ts"
import { Project, type ProjectOptions } from "./project.ts"
import { markLog, type LogMark } from "./server-log.ts"
import { WorkerProcess } from "./worker-process.ts"

export interface SluiceOptions extends WorkerOptions {
  /**
   * The role may log in and owns the tables of its targets, and that is all: no rights on the database or its schemas,
   * no CREATEDB, no pg_monitor. Backups are tried out with another role. Default: it owns its databases too.
   */
  readonly bareRole?: boolean
}

/**
 * Everything that runs need, for one test file: a namespace, a control database, a role that is neither superuser nor
 * may replicate, and a worker in this process. Each test makes a project of its own in it. At its end nothing may stand
 * in the server's log that was refused to the role.
 */
export class Sluice {
  readonly control: Control
  readonly #config: Config
  /** The worker reads its configuration when it looks a target up, so that one worker serves all tests of a file. */
  readonly #targets: Record<string, TargetConfig>
  readonly #controlDatabase: TestDatabase
  readonly #role: TestRole
  readonly #scratchRole: TestRole | null
  readonly #projects: Project[] = []
  #worker: RunningWorker | null = null
  #log: LogMark

  private constructor(parts: {
    readonly config: Config
    readonly targets: Record<string, TargetConfig>
    readonly controlDatabase: TestDatabase
    readonly role: TestRole
    readonly scratchRole: TestRole | null
    readonly log: LogMark
  }) {
    this.#config = parts.config
    this.#targets = parts.targets
    this.#controlDatabase = parts.controlDatabase
    this.#role = parts.role
    this.#scratchRole = parts.scratchRole
    this.#log = parts.log
    this.control = openControl(parts.controlDatabase.url)
  }

  static async begin({ bareRole = false, ...options }: SluiceOptions = {}): Promise<Sluice> {
    const log = await markLog()
    const role = await createRole({
      prefix: "sluice",
      ...(!bareRole && { createDatabase: true, memberOf: ["pg_monitor"] }),
    })
    const scratchRole = bareRole ? await createRole({ prefix: "scratch", createDatabase: true }) : null
    const scratchUrl = scratchRole && clusterUrl(scratchRole.name, scratchRole.password, "postgres")
    const [controlDatabase, namespace, directory] = await Promise.all([
      createDatabase({ prefix: "control", owner: role }),
      createNamespace(),
      mkdtemp(join(inject("scratchDirectory"), "project-")),
    ])
    await mkdir(join(directory, "backups"))
    const targets: Record<string, TargetConfig> = {}
    const config: Config = {
      file: null,
      secretFiles: {},
      directory,
      temporal: { address: inject("temporal").address, namespace, tls: null, apiKey: null },
      control: { url: controlDatabase.urlAs(role) },
      migrations: join(directory, "migrations"),
      backups: { directory: join(directory, "backups"), scratchUrl },
      targets,
    }
    const sluice = new Sluice({ config, targets, controlDatabase, role, scratchRole, log })
    await sluice.startWorker(options)
    return sluice
  }

  /** Starts a worker where none runs, and waits until it polls; with `bundle` one of another version. */
  async startWorker(options: WorkerOptions = {}): Promise<void> {
    if (this.#worker) return
    const since = Date.now()
    this.#worker = await startWorker(this.#config, options)
    const link = new TemporalLink(this.#config.temporal)
    const polls = async (): Promise<boolean> =>
      (await findPollers(link, 10_000, since)).every(({ workers }) => workers.length > 0)
    await waitUntil(polls, { timeoutMs: 30_000 })
    await link.close()
  }

  async stopWorker(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    await worker?.stop()
  }

  /** Every role of ours that runs and their backups work with. */
  get roles(): readonly string[] {
    return [this.#role, this.#scratchRole].flatMap((role) => role?.name ?? [])
  }

  /** What the server has refused to our roles for want of rights, since this was asked last. */
  async takeRefusals(): Promise<readonly string[]> {
    const lines = (await this.#log.read()).split("\n")
    this.#log = await markLog()
    const isOurs = (line: string): boolean => this.roles.some((role) => line.includes(` ${role}@`))
    return lines.filter((line) => isOurs(line) && /permission denied|must be (owner|superuser|able|member)/.test(line))
  }

  /** A worker for the project that is a process of its own. Stop the one in this process first. */
  workerProcess({ target }: Project): Promise<WorkerProcess> {
    return WorkerProcess.start(this.#config, target)
  }

  /** A target with a table `people`, one revision for it, and the application that steers its runs. */
  async project(options: ProjectOptions): Promise<Project> {
    const name = `t${this.#projects.length + 1}`
    const project = await Project.begin(
      { name, config: this.#config, role: this.#role, ownsDatabase: this.#scratchRole === null },
      options,
    )
    this.#targets[name] = project.target
    this.#projects.push(project)
    return project
  }

  async end(): Promise<void> {
    for (const project of this.#projects) await project.release()
    await this.stopWorker()
    for (const project of this.#projects) await project.end()
    await this.control.close()
    await this.#controlDatabase.drop()
    await this.#role.drop()
    await this.#scratchRole?.drop()
    const refusals = await this.takeRefusals()
    if (refusals.length > 0) throw new Error(`the server has refused to the role: ${refusals.join("\n")}`)
  }
}
