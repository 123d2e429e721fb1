import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openApp, type App } from "../../src/app/context.ts"
import { startDev } from "../../src/app/dev.ts"
import { start } from "../../src/app/start.ts"
import type { RunningStack } from "../../src/stack/start.ts"
import { resetStack } from "../../src/stack/stop.ts"
import { administer } from "./database.ts"

/** The whole of Sluice with everything that it needs: servers, worker, a project. All gates are open. */
export class BenchStack {
  readonly #app: App
  readonly #stack: RunningStack
  readonly #migrations: string
  #lastRevision: string | null = null

  private constructor(app: App, stack: RunningStack, migrations: string) {
    this.#app = app
    this.#stack = stack
    this.#migrations = migrations
  }

  /** `directory`: a folder of the benches' own, which is made anew. */
  static async start(directory: string, say: (line: string) => void): Promise<BenchStack> {
    for (const left of ["migrations", "backups", "reports"])
      rmSync(join(directory, left), { recursive: true, force: true })
    const migrations = join(directory, "migrations")
    mkdirSync(migrations, { recursive: true })
    writeFileSync(join(directory, "sluice.yaml"), configuration)
    await resetStack(directory)
    const { SCHEDULEDB_URL: _, ...rest } = process.env
    // The worker's own process reads the address from what the stack gives it.
    const stack = await startDev({ directory, cwd: directory, env: rest, say })
    const env = { ...rest, SCHEDULEDB_URL: stack.addresses.targetUrl.reveal() }
    return new BenchStack(await openApp({ cwd: directory, env, actor: "bench" }), stack, migrations)
  }

  /** Runs SQL in the target, as the role that owns it. */
  query<Row extends object>(text: string): Promise<readonly Row[]> {
    return administer<Row>(this.#stack.addresses.targetUrl, text)
  }

  /** Runs one revision from start to end; answers how long that took, and its workflow. */
  async run(id: string, operations: string): Promise<{ readonly ms: number; readonly workflowId: string }> {
    const parents = this.#lastRevision === null ? "[]" : `[${this.#lastRevision}]`
    writeFileSync(
      join(this.#migrations, `${id}.yaml`),
      `id: ${id}\nparents: ${parents}\ntitle: ${id}\noperations:${operations}`,
    )
    const began = performance.now()
    const { workflowId } = await start(this.#app, { target: "scheduledb", revision: id })
    await this.#app
      .temporal()
      .call(600_000, (client) => client.workflow.getHandle(workflowId).result() as Promise<unknown>)
    this.#lastRevision = id
    return { ms: performance.now() - began, workflowId }
  }

  /** How many events of each type a run's history has. */
  async eventsOf(workflowId: string): Promise<ReadonlyMap<string, number>> {
    const history = await this.#app
      .temporal()
      .call(30_000, (client) => client.workflow.getHandle(workflowId).fetchHistory())
    const counts = new Map<string, number>()
    for (const event of history.events ?? []) {
      const type = typeOf(event)
      counts.set(type, (counts.get(type) ?? 0) + 1)
    }
    return counts
  }

  async stop(): Promise<void> {
    await this.#app.close()
    await this.#stack.stop()
  }
}

/** The type by the name of what only such an event has: `activityTaskScheduled`. */
function typeOf(event: object): string {
  const entries = Object.entries(event as Record<string, unknown>)
  const found = entries.find(([key, value]) => key.endsWith("EventAttributes") && value !== null && value !== undefined)
  return found?.[0].replace(/EventAttributes$/, "") ?? "unknown"
}

const configuration = `version: 1
migrations: ./migrations
backups: {directory: ./backups}
targets:
  scheduledb:
    url: \${SCHEDULEDB_URL}
    schemas: [public]
    soak: 0s
    keep: 0s
    gates: {dual-write: auto, switch: auto, contract: auto, purge: auto}
`
