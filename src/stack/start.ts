import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { BugError } from "../domain/errors.ts"
import type { Component } from "./component.ts"
import { prepareFolder, stateOrNew } from "./folder.ts"
import { takeOwnership } from "./ownership.ts"
import { KeptState, postgresPart, temporalPart, workerPart, type PartsContext } from "./parts.ts"
import { identifySelf } from "./process-identity.ts"
import { addressesOf, stackFolder, withoutProcesses } from "./state.ts"
import type { StackAddresses } from "./state.ts"
import { endLeftovers } from "./stop.ts"
import { superviseStack } from "./supervise-stack.ts"
import type { Supervisor } from "./supervisor.ts"
import { findToolchain } from "./toolchain.ts"
import type { WorkerCommand } from "./worker.ts"

export interface StackOptions {
  /** The folder whose `.sluice/` keeps everything. */
  readonly directory: string
  /** Settings of PostgreSQL beyond ours. */
  readonly settings?: Readonly<Record<string, string>>
  /** Told what is done, a line each. */
  readonly say?: (line: string) => void
  /** Starts again what dies by itself, as long as this process lives. What the caller kills or stops stays so. */
  readonly supervise?: boolean
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
  const state = new KeptState(directory, stateOrNew(directory))
  const components: Component[] = []
  let supervisor: Supervisor | null = null
  const stop = async (): Promise<void> => {
    await supervisor?.stop()
    for (const each of components.toReversed()) await each.stop()
    state.change({ owner: null, supervision: null })
    release()
  }
  try {
    await endLeftovers(state.now)
    state.change({ ...withoutProcesses(state.now), owner: identifySelf() })
    const logs = logFiles(directory)
    const context: PartsContext = { directory, toolchain, state, logs, died: () => supervisor?.look() }
    const postgres = postgresPart(context, options.settings ?? {})
    const isFirst = state.now.temporal.port === null
    const temporal = temporalPart(context)
    components.push(postgres, temporal)
    say("Starting PostgreSQL and Temporal's development server")
    // Both are waited for even where one fails, so that none is left half started.
    const started = await Promise.allSettled([postgres.start(), temporal.start()])
    for (const each of started) if (each.status === "rejected") throw each.reason
    if (isFirst) await keepClosedRuns(toolchain.temporalCli, addressesNow(state))
    let worker: Component | null = null
    if (options.worker !== undefined) {
      say("Starting a worker")
      const command = options.worker
      worker = workerPart(context, () => command(addressesNow(state)))
      components.push(worker)
      await worker.start()
    }
    if (options.supervise === true) supervisor = superviseStack(context, { postgres, temporal, worker }, say)
    const { dataDirectory } = state.now
    return { addresses: addressesNow(state), dataDirectory, logs, postgres, temporal, worker, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function addressesNow(state: KeptState): StackAddresses {
  const addresses = addressesOf(state.now)
  if (addresses === null) throw new BugError({ code: "BUG", subject: "stack", message: "the servers have no ports" })
  return addresses
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
