import { Command } from "commander"
import type { Cli } from "../cli.ts"

export function newCommand(cli: Cli): Command {
  return new Command("new")
    .summary("write the next revision's file")
    .description("Writes the next revision's file into the migrations folder, to be filled in.")
    .argument("<title>", 'what the revision does, e.g. "Split users.name"')
    .option("--parent <revision>", "the revision that it follows (default: the only head)")
    .action(async (title: string, options: { parent?: string }) => {
      const { newRevision } = await import("../../app/new-revision.ts")
      const file = await newRevision(cli.projectFolder(), { title, parent: options.parent })
      cli.output.result({ file }, () => `Wrote ${file}`)
    })
}
