import { Command } from "commander"
import type { Stamped } from "../../app/stamp.ts"
import type { Cli } from "../cli.ts"
import type { Look } from "../render/look.ts"
import { plural } from "../render/words.ts"

interface StampOptions {
  readonly target?: string
  readonly views?: boolean
  readonly unchecked?: boolean
}

export function stampCommand(cli: Cli): Command {
  return new Command("stamp")
    .summary("record revisions as applied without running them")
    .description(
      "Records a revision and all before it as applied in a target whose tables have that shape already; refused where they show that they don't. With --views, makes the version schemas of the present shape, so that applications can be on them before their first change.",
    )
    .argument(
      "[revision]",
      "the revision that the tables are at (with --views it may be left out: nothing is recorded)",
    )
    .option("--target <name>", "the database (default: the only target)")
    .option("--unchecked", "record it also where the tables don't have what the revisions make")
    .option("--views", "make the version schemas of the present shape, or bring them up to date")
    .action(async (revision: string | undefined, options: StampOptions) => {
      const { stamp } = await import("../../app/stamp.ts")
      const stamped = await cli.withApp((app) => {
        const { name } = app.targetOrOnly(options.target)
        return stamp(app, {
          target: name,
          revision,
          views: options.views === true,
          unchecked: options.unchecked === true,
        })
      })
      cli.output.result(stamped, (look) => renderStamped(stamped, look))
    })
}

function renderStamped({ target, recorded, schemas, statement }: Stamped, look: Look): string {
  const lines = [
    ...recorded.map((id) => `Recorded ${look.bold(id)} as applied in ${target}`),
    ...schemas.map(({ name, views, state }) => `Version schema ${look.bold(name)}: ${plural(views, "view")}, ${state}`),
  ]
  if (lines.length === 0) return "That is recorded already."
  return [...lines, ...(statement === null ? [] : [`  ${look.cyan(statement)}`])].join("\n")
}
