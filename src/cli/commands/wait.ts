import { Command } from "commander"
import { goalOf } from "../../app/goal.ts"
import type { Cli } from "../cli.ts"
import { renderRun } from "../render/run.ts"
import { durationOf } from "./arguments.ts"

export function waitCommand(cli: Cli): Command {
  return new Command("wait")
    .summary("wait until a run is at a gate, in a phase, or ended")
    .description(
      "Waits until the run waits at the gate, has entered or passed the phase, or has ended. Exits with 1 on timeout or another end. Any end will do for `end`; a script that wants the change to have succeeded waits for `complete`, where an aborted run never gets.",
    )
    .argument("<run>", "the run, or the beginning of its id")
    .requiredOption(
      "--for <goal>",
      "a gate (dual-write, switch, contract, purge, new-writers-gone), a phase (soak, keep, …) or end",
    )
    .option("--timeout <duration>", "give up after this long, e.g. 60s (default: never)")
    .action(async (run: string, options: { for: string; timeout?: string }) => {
      const timeoutMs = durationOf("--timeout", options.timeout)
      goalOf(options.for)
      const { wait } = await import("../../app/wait.ts")
      const status = await cli.withApp((app) => wait(app, { run, for: options.for, timeoutMs }))
      cli.output.result(status, (look) => renderRun(status, look, Date.now()))
    })
}
