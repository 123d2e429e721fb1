import { hasErrors } from "../../domain/finding.ts"
import { Command } from "commander"
import { exitCodes } from "../../domain/errors.ts"
import type { Cli } from "../cli.ts"
import { renderFindings } from "../render/findings.ts"

export function lintCommand(cli: Cli): Command {
  return new Command("lint")
    .summary("check revisions without a database")
    .description(
      "Parses revisions and checks their graph, SQL and expressions. Needs no database. Exits with 2 where an error was found.",
    )
    .argument("[files...]", "revision files (default: the whole migrations folder)")
    .action(async (files: string[]) => {
      const { lint } = await import("../../app/lint.ts")
      const findings = await lint(cli.projectFolder(), cli.surroundings.cwd, files)
      cli.output.result({ findings }, (look) =>
        findings.length === 0 ? look.green("Nothing found.") : renderFindings(findings, look),
      )
      if (hasErrors(findings)) cli.exitCode = exitCodes.UserError
    })
}
