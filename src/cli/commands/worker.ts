import { Command } from "commander"
import type { Cli } from "../cli.ts"
import { untilInterrupted } from "../interrupt.ts"

export function workerCommand(cli: Cli): Command {
  return new Command("worker")
    .summary("carry runs out")
    .description("Polls Temporal and carries runs out, until Ctrl-C or SIGTERM; running work is handed over safely.")
    .action(async () => {
      const { liveConfig } = await import("../../config/live.ts")
      const log = (line: string): void => cli.output.narrate(line)
      const configNow = liveConfig(cli.loadOptions, log)
      const config = configNow()
      // Temporal's native part is heavy; no other verb needs it.
      const { installRuntime, startWorker } = await import("../../worker/start.ts")
      const signal = untilInterrupted()
      installRuntime(log)
      const worker = await startWorker(config, { log, configNow })
      cli.output.narrate(
        `Worker ${process.pid} polls ${config.temporal.address} (namespace ${config.temporal.namespace}).`,
      )
      signal.addEventListener("abort", () => void worker.stop().catch(() => undefined))
      if (signal.aborted) await worker.stop()
      await worker.ended
      cli.output.result({ stopped: true }, () => "Worker stopped.")
    })
}
