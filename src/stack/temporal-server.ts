import { TransientError } from "../domain/errors.ts"
import { freePort } from "./free-port.ts"
import { startOnLeash } from "./leash.ts"
import type { Leashed } from "./leash.ts"
import { logTail } from "./log-tail.ts"
import { isServing } from "./temporal-health.ts"
import { waitUntil } from "./wait-until.ts"

/** By what runs can be found in Temporal's lists. Must be known to the server before the first run starts. */
export const searchAttributes: Readonly<Record<string, "Keyword" | "Bool">> = {
  SluiceTarget: "Keyword",
  SluiceStrategy: "Keyword",
  SluicePhase: "Keyword",
  SluicePlanHash: "Keyword",
  SluiceGate: "Keyword",
  SluiceRisk: "Keyword",
  SluiceNeedsOperator: "Bool",
}

export interface TemporalOptions {
  /** Path of Temporal's command line. */
  readonly cli: string
  /** The file that keeps everything over a restart. Null: in memory. */
  readonly databaseFile: string | null
  readonly logFile: string
  /** Taken if free. Null: any. */
  readonly port: number | null
  /** Null: any; `none`: no web interface. */
  readonly uiPort: number | null | "none"
  readonly namespace?: string
}

/** A running Temporal development server. */
export interface TemporalServer extends Leashed {
  readonly address: string
  readonly port: number
  readonly uiPort: number | null
  readonly namespace: string
}

/** Starts Temporal's development server and waits until it serves. Ends with this process. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const namespace = options.namespace ?? "default"
  // A port may be taken between finding it and using it: three tries.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(options.port)
    const uiPort = options.uiPort === "none" ? null : await freePort(options.uiPort, [port])
    const httpPort = await freePort(null, [port, uiPort ?? 0])
    const metricsPort = await freePort(null, [port, uiPort ?? 0, httpPort])
    const program = startOnLeash({
      command: options.cli,
      args: serverArguments(options, { port, uiPort, httpPort, metricsPort }),
      logFile: options.logFile,
    })
    const address = `127.0.0.1:${port}`
    const serves = await waitUntil(() => isServing(address), {
      timeoutMs: 60_000,
      giveUp: () => !program.isRunning(),
    })
    if (serves) return { ...program, address, port, uiPort, namespace }
    await program.stop()
    if (attempt === 3) {
      throw new TransientError({
        code: "STACK_START_FAILED",
        subject: "Temporal",
        message: `Temporal's development server did not start: ${await logTail(options.logFile, 5)}`,
        hint: `Its log is ${options.logFile}.`,
      })
    }
  }
}

function serverArguments(
  options: TemporalOptions,
  ports: {
    readonly port: number
    readonly uiPort: number | null
    readonly httpPort: number
    readonly metricsPort: number
  },
): readonly string[] {
  return [
    "server",
    "start-dev",
    "--ip=127.0.0.1",
    `--port=${ports.port}`,
    `--http-port=${ports.httpPort}`,
    `--metrics-port=${ports.metricsPort}`,
    ports.uiPort === null ? "--headless" : `--ui-port=${ports.uiPort}`,
    "--log-level=warn",
    "--log-format=json",
    ...(options.databaseFile === null ? [] : [`--db-filename=${options.databaseFile}`]),
    ...(options.namespace === undefined ? [] : [`--namespace=${options.namespace}`]),
    ...Object.entries(searchAttributes).map(([name, type]) => `--search-attribute=${name}=${type}`),
    // Without it every continue-as-new waits up to a second.
    '--dynamic-config-value=history.workflowIdReuseMinimalInterval="0s"',
  ]
}
