import { join } from "node:path"
import { Secret } from "../config/config.ts"
import { component } from "./component.ts"
import type { Component } from "./component.ts"
import { prepareDatabases } from "./databases.ts"
import { startPostgres } from "./postgres-cluster.ts"
import { stackFolder, writeState } from "./state.ts"
import { statementStatistics } from "./statement-statistics.ts"
import type { StackState } from "./state.ts"
import { startTemporal } from "./temporal-server.ts"
import type { Toolchain } from "./toolchain.ts"
import { startWorkerProcess } from "./worker.ts"
import type { WorkerCommand } from "./worker.ts"

/** What the parts of a stack share while it runs. */
export interface PartsContext {
  readonly directory: string
  readonly toolchain: Toolchain
  readonly state: KeptState
  readonly logs: { readonly postgres: string; readonly temporal: string; readonly worker: string }
  /** Told when a part ended without having been told to. */
  readonly died: () => void
}

/** The state of the stack that this process runs: kept in the file with every change. */
export class KeptState {
  readonly #directory: string
  #now: StackState

  constructor(directory: string, now: StackState) {
    this.#directory = directory
    this.#now = now
  }

  get now(): StackState {
    return this.#now
  }

  change(change: Partial<StackState>): void {
    this.#now = { ...this.#now, ...change }
    writeState(this.#directory, this.#now)
  }
}

export function postgresPart(
  { toolchain, state, logs, died }: PartsContext,
  settings: Readonly<Record<string, string>>,
): Component {
  return component(
    async () => {
      const { dataDirectory, passwords, postgres } = state.now
      const cluster = await startPostgres({
        binDirectory: toolchain.postgresBin,
        dataDirectory,
        password: new Secret(passwords.superuser),
        logFile: logs.postgres,
        port: postgres.port,
        settings: { ...statementStatistics(toolchain.postgresBin), ...settings },
      })
      await prepareDatabases(cluster.url("postgres"), new Secret(passwords.sluice))
      return cluster
    },
    {
      died,
      note: (program) => {
        const port = program?.port ?? state.now.postgres.port
        state.change({ postgres: { port, process: program?.identity ?? null } })
      },
    },
  )
}

export function temporalPart({ directory, toolchain, state, logs, died }: PartsContext): Component {
  return component(
    () =>
      startTemporal({
        cli: toolchain.temporalCli,
        databaseFile: join(stackFolder(directory), "temporal.db"),
        logFile: logs.temporal,
        port: state.now.temporal.port,
        uiPort: state.now.temporal.uiPort,
      }),
    {
      died,
      note: (program) => {
        const { port, uiPort } = program ?? state.now.temporal
        state.change({ temporal: { ...state.now.temporal, port, uiPort, process: program?.identity ?? null } })
      },
    },
  )
}

export function workerPart({ state, logs, died }: PartsContext, command: () => WorkerCommand | Promise<WorkerCommand>) {
  return component(async () => startWorkerProcess(await command(), logs.worker), {
    died,
    note: (program) => state.change({ worker: { process: program?.identity ?? null } }),
  })
}
