import { Command } from "commander"
import type { Head, HistoricRevision, PlacedRevision } from "../../app/revisions.ts"
import type { Cli } from "../cli.ts"
import type { Look } from "../render/look.ts"
import { table } from "../render/table.ts"
import { time } from "../render/words.ts"

interface TargetOption {
  readonly target?: string
}

export function currentCommand(cli: Cli): Command {
  return new Command("current")
    .summary("show the revision that a target is at")
    .description("Shows the revisions that a target is at: those applied that no other applied one builds upon.")
    .option("--target <name>", "the database (default: the only target)")
    .action(async ({ target }: TargetOption) => {
      const { current } = await import("../../app/revisions.ts")
      const answer = await cli.withApp(async (app) => {
        const { name } = app.targetOrOnly(target)
        return { target: name, current: await current(app, name) }
      })
      cli.output.result(answer, (look) => renderApplied(answer.current, look))
    })
}

export function historyCommand(cli: Cli): Command {
  return new Command("history")
    .summary("list the revisions applied in a target")
    .description(
      "Lists the revisions applied in a target, oldest first, with the run that applied each, and says where a file was edited since.",
    )
    .option("--target <name>", "the database (default: the only target)")
    .action(async ({ target }: TargetOption) => {
      const { history } = await import("../../app/revisions.ts")
      const answer = await cli.withApp(async (app) => {
        const { name } = app.targetOrOnly(target)
        return { target: name, revisions: await history(app, name) }
      })
      cli.output.result(answer, (look) => renderApplied(answer.revisions, look))
    })
}

export function headsCommand(cli: Cli): Command {
  return new Command("heads")
    .summary("list the revisions that no other builds upon")
    .description("Lists the heads of the revisions' graph; with a target, says which of them are applied there.")
    .option("--target <name>", "also say what is applied in this database")
    .action(async ({ target }: TargetOption) => {
      const { heads } = await import("../../app/revisions.ts")
      const found = await cli.withApp((app) => heads(app, target ?? null))
      cli.output.result({ heads: found }, (look) => renderHeads(found, look))
    })
}

function renderApplied(
  revisions: readonly (PlacedRevision & Partial<Pick<HistoricRevision, "edited">>)[],
  look: Look,
): string {
  if (revisions.length === 0) return "No revision is applied."
  const rows = revisions.map(({ id, appliedAt, run, title, edited, parentsMissing }) => [
    look.bold(id),
    time(appliedAt),
    run ?? "stamped",
    [...notes({ edited, parentsMissing }).map((note) => look.yellow(`[${note}]`)), title].join(" "),
  ])
  return table(["REVISION", "APPLIED", "RUN", "TITLE"], rows, look)
}

function notes({
  edited,
  parentsMissing,
}: Pick<PlacedRevision, "parentsMissing"> & { readonly edited: boolean | null | undefined }): readonly string[] {
  return [
    ...(edited === true ? ["file edited since"] : []),
    ...(parentsMissing.length > 0 ? [`without ${parentsMissing.join(", ")}, which it builds on`] : []),
  ]
}

function renderHeads(found: readonly Head[], look: Look): string {
  if (found.length === 0) return "There are no revisions."
  const rows = found.map(({ id, applied, title }) => [
    look.bold(id),
    applied === null ? "" : applied ? look.green("applied") : look.yellow("not applied"),
    title,
  ])
  return table(["HEAD", "", "TITLE"], rows, look)
}
