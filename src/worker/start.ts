import { NativeConnection, Runtime, Worker, DefaultLogger } from "@temporalio/worker"
import { createActivities } from "../../activities/index.ts"
import type { ActivityDeps } from "../../activities/deps.ts"
import type { Config } from "../config/config.ts"
import { targetQueue, workflowQueue } from "../domain/queues.ts"
import { anchorFileOf } from "../ledger/anchor.ts"
import { AttemptRecorder } from "../ledger/attempts.ts"
import { Ledger } from "../ledger/chain.ts"
import { openControl } from "../ledger/control.ts"
import { migrateControl } from "../ledger/migrate.ts"
import { loadParser } from "../sql/parser.ts"
import { workflowBundle } from "./bundle.ts"
import { registerSearchAttributes } from "./search-attributes.ts"
import { writeReport } from "./write-report.ts"

/** How often an idle worker looks whether its configuration has changed. */
const lookEveryMs = 2_000

export interface WorkerOptions {
  /** The configuration as it stands at the moment of the call. Default: the one given, for ever. */
  readonly configNow?: () => Config
  /** Where words of the worker go, a line each. */
  readonly log?: (line: string) => void
  /** Activities at the same time on targets. Each holds up to a handful of connections. Default 8. */
  readonly targetSlots?: number
  /** Another bundle than this version's own: for tests of workers of different versions. */
  readonly bundle?: { readonly codePath: string }
}

export interface RunningWorker {
  /** Resolves once both workers have ended; rejects when one failed. */
  readonly ended: Promise<void>
  /** Stops polling, gives running activities their grace, closes everything. */
  stop(): Promise<void>
}

/**
 * Starts both workers of a process: workflows and words to the control database on one queue, work on targets on the
 * other. Resolves once both poll.
 */
export async function startWorker(config: Config, options: WorkerOptions = {}): Promise<RunningWorker> {
  await loadParser()
  const control = openControl(config.control.url, { anchorFile: anchorFileOf(config.directory) })
  await migrateControl(control)
  const connection = await connect(config)
  const { namespace } = config.temporal
  await registerSearchAttributes(connection, namespace)

  const ledger = new Ledger(control)
  const configNow = options.configNow ?? (() => config)
  const deps: ActivityDeps = {
    config: configNow,
    control,
    ledger,
    recorder: new AttemptRecorder(control),
    writeReport: (run) => writeReport(config, control, ledger, run),
  }
  const activities = createActivities(deps)
  const both = {
    connection,
    namespace,
    identity: `sluice-worker ${process.pid}`,
    activities,
    // Shutdown cancels what runs after the grace; the retry on another worker resumes from the journal.
    shutdownGraceTime: "5s",
    // A cancel reaches a running statement with the next heartbeat: at most a second late.
    maxHeartbeatThrottleInterval: "1s",
    defaultHeartbeatThrottleInterval: "1s",
  } as const
  const workers = [
    await Worker.create({
      ...both,
      taskQueue: workflowQueue,
      workflowBundle: options.bundle ?? (await workflowBundle()),
      // Without this the first answer after a worker's death takes ten seconds: the dead one's sticky queue.
      stickyQueueScheduleToStartTimeout: "500ms",
    }),
    await Worker.create({
      ...both,
      taskQueue: targetQueue("default"),
      maxConcurrentActivityTaskExecutions: options.targetSlots ?? 8,
    }),
  ]
  const running = Promise.all(workers.map((worker) => worker.run()))
  const ended = running.then(
    () => close(),
    async (error: unknown) => {
      for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown()
      await close()
      throw error
    },
  )
  // Where no work comes, an edit of the file is still answered while its author watches.
  const look = setInterval(configNow, lookEveryMs)
  async function close(): Promise<void> {
    clearInterval(look)
    await connection.close()
    await control.close()
  }
  return {
    ended,
    async stop() {
      for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown()
      await ended
    },
  }
}

/** Call once per process, before the first worker: quiet by default, signals are the caller's business. */
export function installRuntime(log: (line: string) => void = () => {}): void {
  Runtime.install({
    logger: new DefaultLogger("WARN", ({ level, message, meta }) => {
      const about = meta?.["activityType"] ?? meta?.["workflowType"] ?? ""
      if (!message.startsWith("No workflows registered"))
        log(`${level.toLowerCase()} ${message} ${String(about)}`.trimEnd())
    }),
    shutdownSignals: [],
  })
}

async function connect(config: Config): Promise<NativeConnection> {
  const { address, tls, apiKey } = config.temporal
  return NativeConnection.connect({
    address,
    ...(tls === null ? {} : { tls: tlsOf(tls) }),
    ...(apiKey === null ? {} : { apiKey: apiKey.reveal() }),
  })
}

function tlsOf(tls: NonNullable<Config["temporal"]["tls"]>) {
  return {
    ...(tls.ca ? { serverRootCACertificate: tls.ca } : {}),
    ...(tls.cert && tls.key ? { clientCertPair: { crt: tls.cert, key: tls.key } } : {}),
    ...(tls.serverName ? { serverNameOverride: tls.serverName } : {}),
  }
}
