import { Command } from "commander"
import type { Cli } from "../cli.ts"

const knobsText =
  "batchDuration=100ms parallelRanges=4 lockTimeout=1s maxReplicaLag=5s (or off), every other of limits, and probes=off"

export function tuneCommand(cli: Cli): Command {
  return new Command("tune")
    .summary("turn a run's knobs while it works")
    .description("Turns knobs while a run works; each batch reads them anew.")
    .argument("<run>", "the run, or the beginning of its id")
    .argument("<knob=value...>", knobsText)
    .action(async (run: string, settings: string[]) => {
      const { knobText, tune } = await import("../../app/tune.ts")
      const knobs = await cli.withApp((app) => tune(app, run, settings))
      cli.output.result({ knobs }, () =>
        Object.entries(knobs)
          .map(([key, value]) => knobText(key, value))
          .join("\n"),
      )
    })
}
