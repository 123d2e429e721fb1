import { Command } from "commander"
import type { Cli } from "../cli.ts"
import { confirmAbort } from "./steer.ts"

interface UndoOptions {
  readonly reason?: string
  readonly nonce?: string
  readonly yes?: boolean
}

export function undoCommand(cli: Cli): Command {
  return new Command("undo")
    .summary("bring back what a run has hidden or dropped, and undo everything")
    .description(
      "Starts the way back of a run that has hidden the old shape, also once it has purged it or is completed: columns come back, from the archive where they were dropped, and everything is undone. Refused while a later run stands on the same tables, or where a step has no way back.",
    )
    .argument("<run>", "the run, or the beginning of its id")
    .option("--reason <text>", "why; stands in the audit trail")
    .option("--nonce <text>", "send a decision again whose outcome was unknown: it counts once")
    .option("--yes", "don't ask on a terminal")
    .action(async (run: string, options: UndoOptions) => {
      const { previewAbort } = await import("../../app/abort-preview.ts")
      const { undo } = await import("../../app/undo.ts")
      const { reason, nonce, yes } = options
      const answer = await cli.withApp(async (app) => {
        await confirmAbort(cli, await previewAbort(app, run, "undo"), yes === true)
        return undo(app, { run, reason, nonce })
      })
      cli.output.result(
        answer,
        (look) => `Accepted: ${answer.run} is ${answer.state}.\n  ${look.cyan(`sluice watch ${answer.run}`)}`,
      )
    })
}
