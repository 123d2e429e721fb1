import { Command } from "commander"
import type { Cli } from "../cli.ts"
import { untilInterrupted } from "../interrupt.ts"

export function workerCommand(cli: Cli): Command {
  return new Command("worker")
    .summary("carry runs out")
    .description("Polls Temporal and carries runs out, until Ctrl-C or SIGTERM; running work is handed over safely.")
    .action(async () => {
      const { loadConfig } = await import("../../config/load.ts")
      const config = await loadConfig(cli.loadOptions)
      // Temporal's native part is heavy; no other verb needs it.
      const { installRuntime, startWorker } = await import("../../worker/start.ts")
      const signal = untilInterrupted()
      const log = (line: string): void => cli.output.narrate(line)
      installRuntime(log)
      const worker = await startWorker(config, { log })
      cli.output.narrate(
        `Worker ${process.pid} polls ${config.temporal.address} (namespace ${config.temporal.namespace}).`,
      )
      signal.addEventListener("abort", () => void worker.stop().catch(() => undefined))
      if (signal.aborted) await worker.stop()
      await worker.ended
      cli.output.result({ stopped: true }, () => "Worker stopped.")
    })
}
