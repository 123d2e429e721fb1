import { Command } from "commander"
import type { Cli } from "../cli.ts"

export function demoCommand(cli: Cli): Command {
  return new Command("demo")
    .summary("watch a change of a live table, with a worker killed on the way")
    .description(
      "Changes a live table under load, kills a worker on the way, and counts failed requests and lost writes.",
    )
    .option("--keep", "leave everything running for a look around")
    .action(async (options: { keep?: boolean }) => {
      // Only this verb needs the demo's code.
      const { runDemo } = await import("../../demo/run.ts")
      cli.exitCode = await runDemo({ keep: options.keep === true, json: cli.output.json })
    })
}
