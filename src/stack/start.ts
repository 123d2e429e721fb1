import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { Secret } from "../config/config.ts"
import { BugError } from "../domain/errors.ts"
import { component } from "./component.ts"
import type { Component } from "./component.ts"
import { prepareDatabases } from "./databases.ts"
import { prepareFolder, stateOrNew } from "./folder.ts"
import { takeOwnership } from "./ownership.ts"
import { startPostgres } from "./postgres-cluster.ts"
import { identifySelf } from "./process-identity.ts"
import { addressesOf, stackFolder, writeState } from "./state.ts"
import type { StackAddresses, StackState } from "./state.ts"
import { endLeftovers } from "./stop.ts"
import { startTemporal } from "./temporal-server.ts"
import { findToolchain } from "./toolchain.ts"
import { startWorkerProcess } from "./worker.ts"
import type { WorkerCommand } from "./worker.ts"

export interface StackOptions {
  /** The folder whose `.sluice/` keeps everything. */
  readonly directory: string
  /** Settings of PostgreSQL beyond ours. */
  readonly settings?: Readonly<Record<string, string>>
  /** Told what is done, a line each. */
  readonly say?: (line: string) => void
  /** What runs as the worker once the servers are up. Without it there is none. */
  readonly worker?: (addresses: StackAddresses) => WorkerCommand | Promise<WorkerCommand>
}

/** The embedded stack, held by this process. When this process ends, however it does, the programs end too. */
export interface RunningStack {
  readonly addresses: StackAddresses
  readonly dataDirectory: string
  readonly logs: { readonly postgres: string; readonly temporal: string; readonly worker: string }
  readonly postgres: Component
  readonly temporal: Component
  readonly worker: Component | null
  /** Ends everything in order. The data stays. */
  stop(): Promise<void>
}

/** Starts the embedded stack, or goes on with what an earlier start left: same data, same addresses where still free. */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const { directory, say = () => {} } = options
  const toolchain = findToolchain()
  prepareFolder(directory)
  const release = takeOwnership(directory)
  let state = stateOrNew(directory)
  const save = (change: Partial<StackState>): void => writeState(directory, (state = { ...state, ...change }))
  const components: Component[] = []
  const stop = async (): Promise<void> => {
    for (const each of components.toReversed()) await each.stop()
    save({ owner: null })
    release()
  }
  try {
    await endLeftovers(state)
    save({ owner: identifySelf() })
    const logs = logFiles(directory)
    const postgres = component(
      async () => {
        const cluster = await startPostgres({
          binDirectory: toolchain.postgresBin,
          dataDirectory: state.dataDirectory,
          password: new Secret(state.passwords.superuser),
          logFile: logs.postgres,
          port: state.postgres.port,
          settings: options.settings ?? {},
        })
        await prepareDatabases(cluster.url("postgres"), new Secret(state.passwords.sluice))
        return cluster
      },
      (program) =>
        save({ postgres: { port: program?.port ?? state.postgres.port, process: program?.identity ?? null } }),
    )
    const isFirst = state.temporal.port === null
    const temporal = component(
      () =>
        startTemporal({
          cli: toolchain.temporalCli,
          databaseFile: join(stackFolder(directory), "temporal.db"),
          logFile: logs.temporal,
          port: state.temporal.port,
          uiPort: state.temporal.uiPort,
        }),
      (program) => {
        const { port, uiPort } = program ?? state.temporal
        save({ temporal: { ...state.temporal, port, uiPort, process: program?.identity ?? null } })
      },
    )
    components.push(postgres, temporal)
    say("Starting PostgreSQL and Temporal's development server")
    // Both are waited for even where one fails, so that none is left half started.
    const started = await Promise.allSettled([postgres.start(), temporal.start()])
    for (const each of started) if (each.status === "rejected") throw each.reason
    const addresses = addressesOf(state)
    if (addresses === null) throw new BugError({ code: "BUG", subject: "stack", message: "the servers have no ports" })
    if (isFirst) await keepClosedRuns(toolchain.temporalCli, addresses)
    let worker: Component | null = null
    if (options.worker !== undefined) {
      say("Starting a worker")
      const command = options.worker
      worker = component(
        async () => startWorkerProcess(await command(addresses), logs.worker),
        (program) => save({ worker: { process: program?.identity ?? null } }),
      )
      components.push(worker)
      await worker.start()
    }
    return { addresses, dataDirectory: state.dataDirectory, logs, postgres, temporal, worker, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function logFiles(directory: string): RunningStack["logs"] {
  const file = (name: string): string => join(stackFolder(directory), "logs", `${name}.log`)
  return { postgres: file("postgres"), temporal: file("temporal"), worker: file("worker") }
}

/** The development server forgets closed workflows after a day; their histories are worth more than that. */
async function keepClosedRuns(cli: string, { temporal }: StackAddresses): Promise<void> {
  const where = [`--address=${temporal.address}`, `--namespace=${temporal.namespace}`]
  await promisify(execFile)(cli, ["operator", "namespace", "update", ...where, "--retention=90d"])
}
