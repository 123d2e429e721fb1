import { Command } from "commander"
import { confirm } from "../ask.ts"
import type { Cli } from "../cli.ts"

export function uninstallCommand(cli: Cli): Command {
  return new Command("uninstall")
    .summary("remove everything of Sluice's own from a target")
    .description("Removes Sluice's schema and whatever else is its own from a target. Refused while a run needs it.")
    .option("--target <name>", "the database; default: the only one")
    .option("--yes", "don't ask on a terminal")
    .action(async (options: { target?: string; yes?: boolean }) => {
      const { uninstall } = await import("../../app/uninstall.ts")
      const dropped = await cli.withApp(async (app) => {
        const target = app.targetOrOnly(options.target).name
        await confirm(
          cli,
          `Remove Sluice's journal from ${target}, and with it the record of what is applied there and the archives of what was purged?`,
          options.yes === true,
        )
        return uninstall(app, target)
      })
      cli.output.result({ dropped }, () =>
        dropped.length === 0
          ? "There was nothing to remove."
          : ["Removed:", ...dropped.map((name) => `  ${name}`)].join("\n"),
      )
    })
}
