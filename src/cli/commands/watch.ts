import { Command } from "commander"
import type { RunStatus } from "../../domain/run.ts"
import type { Cli } from "../cli.ts"
import { renderRun } from "../render/run.ts"
import { LiveScreen } from "../render/live-screen.ts"
import { newLines } from "../render/watch-lines.ts"
import { untilInterrupted } from "../interrupt.ts"

export function watchCommand(cli: Cli): Command {
  return new Command("watch")
    .summary("follow a run until it ends")
    .description(
      "Follows a run: phases, steps, rows, who is in the way, what it waits for and the command to type. Ends with the run.",
    )
    .argument("<run>", "the run, or the beginning of its id")
    .action(async (run: string) => {
      const { watch } = await import("../../app/watch.ts")
      const signal = untilInterrupted()
      const live = cli.surroundings.stdout.isTTY === true && !cli.output.json
      const screen = new LiveScreen(cli.surroundings.stdout)
      let last: RunStatus | null = null
      await cli.withApp(async (app) => {
        for await (const status of watch(app, run, { everyMs: live ? 250 : 1000, signal })) {
          if (live) screen.show(renderRun(status, cli.output.look, Date.now()))
          else for (const line of newLines(last, status)) say(cli, line)
          last = status
        }
      })
      screen.done()
      // As wait does: whoever watched for its success didn't get it.
      if (ended(last) === "aborted") cli.exitCode = 1
      if (cli.output.json && last) cli.output.result(last, () => "")
    })
}

/** Elsewhere than on a terminal the lines are the result; with `--json` the final status is, and they narrate. */
function say(cli: Cli, line: string): void {
  if (cli.output.json) cli.output.narrate(line)
  else cli.output.text(line)
}

/** The state that was seen last; the loop above hides from TypeScript that there is one. */
function ended(last: RunStatus | null): RunStatus["state"] | null {
  return last?.state ?? null
}
