import { Command } from "commander"
import type { Cli } from "../cli.ts"
import { gateModeOption, gateModesOf, roleOption, rolesOf, strategyOf } from "./arguments.ts"

interface StartOptions {
  readonly target?: string
  readonly strategy?: string
  readonly plan?: string
  readonly gate: readonly string[]
  readonly role: readonly string[]
}

export function startCommand(cli: Cli): Command {
  return new Command("start")
    .summary("start a run")
    .description("Makes the plan and starts a run of it. Returns once the run is accepted; sluice watch shows it.")
    .argument("[revision]", "the revision to arrive at (default: the only head)")
    .option("--target <name>", "the database to change (default: the only target)")
    .option("--strategy <name>", "the order of the steps (default: expand-contract)")
    .option("--plan <hash>", "start only the plan that was looked at: its hash, or the first 8 or more digits")
    .addOption(gateModeOption())
    .addOption(roleOption())
    .action(async (revision: string | undefined, options: StartOptions) => {
      const { strategy, gate, role, plan } = options
      const request = { revision, plan, strategy: strategyOf(strategy), gates: gateModesOf(gate), roles: rolesOf(role) }
      const { start } = await import("../../app/start.ts")
      const started = await cli.withApp((app) =>
        start(app, { target: app.targetOrOnly(options.target).name, ...request }),
      )
      cli.output.result(
        started,
        (look) => `Started ${look.bold(started.run)}\n  ${look.cyan(`sluice watch ${started.run}`)}`,
      )
    })
}
