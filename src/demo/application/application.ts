import { setTimeout as delay } from "node:timers/promises"
import type { Secret } from "../../config/config.ts"
import { Acknowledged } from "./acknowledged.ts"
import { compare } from "./comparison.ts"
import type { Comparison, ComparisonOptions } from "./comparison.ts"
import { ApplicationConnection } from "./connection.ts"
import { LaneKeys, seededRandom } from "./keys.ts"
import { runLane } from "./lane.ts"
import { Measurements } from "./measurements.ts"
import type { ApplicationReport } from "./measurements.ts"
import type { Statement, Workload } from "./workload.ts"

/** An application that works without pause on a database, and knows what was acknowledged to it. */
export interface LiveApplication {
  /** The process that it runs in. */
  readonly pid: number
  report(): Promise<ApplicationReport>
  /** Goes on with other statements: a new version is deployed. Calls that are under way are finished. */
  use(statements: readonly Statement[]): Promise<void>
  /** Waits until this many more calls were made. */
  makes(calls: number): Promise<ApplicationReport>
  /** Finishes the calls that are under way. Those that take longer than 30 s are broken off and count as failed. */
  stop(): Promise<ApplicationReport>
  /** Compares every acknowledged write with the table; after `stop`. */
  compare(options?: ComparisonOptions): Promise<Comparison>
  /** Lets go of what it holds, its process for instance. Stops it first where it still runs. */
  close(): Promise<void>
}

/** Starts an application in this process. `url` is its own: its role decides what it may do. */
export function startApplication(options: {
  readonly name: string
  readonly url: Secret
  readonly workload: Workload
}): LiveApplication {
  const { name, url, workload } = options
  const { lanes = 2, pauseMs = 2, seed = 1 } = workload
  const account = new Acknowledged()
  const measurements = new Measurements()
  let statements = workload.statements
  let number = workload.firstNumber ?? 1
  const life = { isStopping: false }
  const context = {
    account,
    measurements,
    pauseMs,
    random: seededRandom(seed),
    transactions: workload.transactions,
    statements: () => statements,
    nextNumber: () => number++,
    isStopping: () => life.isStopping,
  }
  const connections = Array.from({ length: lanes }, () => new ApplicationConnection(url, name, workload.searchPath))
  const running = Promise.all(
    connections.map((connection, lane) => {
      const keys = new LaneKeys(workload.existingKeys, lane, lanes, context.random)
      return runLane(lane, context, connection, keys)
    }),
  )
  // Whoever stops it learns of a defect in here; until then it mustn't end the process unheard.
  running.catch(() => {})
  const stop = async (): Promise<ApplicationReport> => {
    life.isStopping = true
    const deadline = new AbortController()
    const late = delay(30_000, null, { signal: deadline.signal }).then(
      () => Promise.all(connections.map((connection) => connection.breakOff())),
      () => {},
    )
    await running.finally(() => deadline.abort())
    await late
    return measurements.report()
  }
  return {
    pid: process.pid,
    report: () => Promise.resolve(measurements.report()),
    use: (next) => {
      statements = next
      return Promise.resolve()
    },
    async makes(calls) {
      const goal = measurements.requests + calls
      while (measurements.requests < goal && !life.isStopping) await delay(10)
      return measurements.report()
    },
    stop,
    compare: (comparison) => compare(account, workload, url, comparison),
    close: async () => void (await stop()),
  }
}
