import { Command } from "commander"
import { confirm } from "../ask.ts"
import type { Cli } from "../cli.ts"

export function uninstallCommand(cli: Cli): Command {
  return new Command("uninstall")
    .summary("remove everything of Sluice's own from a target")
    .description(
      "Removes Sluice's schema and whatever else is its own from a target; names hidden columns that stay, because they hold data. Refused while a run needs it. Where archives of purged data would go with it, a script has to say --yes.",
    )
    .option("--target <name>", "the database; default: the only one")
    .option("--yes", "don't ask; needed where archives go and nobody can be asked")
    .action(async (options: { target?: string; yes?: boolean }) => {
      const { archivesOf, hiddenColumnsOf, uninstall } = await import("../../app/uninstall.ts")
      const { dropped, stays } = await cli.withApp(async (app) => {
        const target = app.targetOrOnly(options.target).name
        const archives = await archivesOf(app, target)
        await confirm(cli, questionOf(target, archives), options.yes === true, { losesData: archives.length > 0 })
        return { dropped: await uninstall(app, target), stays: await hiddenColumnsOf(app, target) }
      })
      cli.output.result({ dropped, stays }, () =>
        [
          ...(dropped.length === 0
            ? ["There was nothing to remove."]
            : ["Removed:", ...dropped.map((name) => `  ${name}`)]),
          ...(stays.length === 0
            ? []
            : ["Stays, because it holds data; drop it by hand:", ...stays.map((name) => `  ${name}`)]),
        ].join("\n"),
      )
    })
}

/** The names of archives, as far as a person reads them. */
function questionOf(target: string, archives: readonly string[]): string {
  const more = archives.length > 3 ? `, and ${archives.length - 3} more` : ""
  const lost = `the archives of what was purged (${archives.slice(0, 3).join(", ")}${more}), for good`
  const record = `Remove Sluice's journal from ${target}, and with it the record of what is applied there`
  return archives.length === 0 ? `${record}?` : `${record} and ${lost}?`
}
