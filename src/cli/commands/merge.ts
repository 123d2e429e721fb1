import { Command } from "commander"
import type { Cli } from "../cli.ts"

export function mergeCommand(cli: Cli): Command {
  return new Command("merge")
    .summary("join all heads by a revision")
    .description(
      "Writes a revision that has all heads as parents and changes nothing, so that the graph has one head again.",
    )
    .argument("[title]", "what it is called", "Merge the heads")
    .action(async (title: string) => {
      const { merge } = await import("../../app/merge.ts")
      const file = await merge(cli.projectFolder(), title)
      cli.output.result({ file }, () => `Wrote ${file}`)
    })
}
