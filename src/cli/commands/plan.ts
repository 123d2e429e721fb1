import { Command, Option } from "commander"
import { UserError } from "../../domain/errors.ts"
import type { Cli } from "../cli.ts"
import { planDocument, renderPlan } from "../render/plan.ts"
import { startCommandLine } from "../start-command-line.ts"
import { gateModeOption, gateModesOf, roleOption, rolesOf, strategyOf } from "./arguments.ts"

interface PlanOptions {
  readonly target?: string
  readonly strategy?: string
  readonly gate: readonly string[]
  readonly role: readonly string[]
  readonly run?: string
  readonly sql?: boolean
}

export function planCommand(cli: Cli): Command {
  return new Command("plan")
    .summary("show what would be done, step by step")
    .description(
      "Compiles revisions against the target's live catalog and shows the steps, and what is backed up before them. Touches nothing.",
    )
    .argument("[revision]", "the revision to arrive at (default: the only head)")
    .option("--target <name>", "the database to change (default: the only target)")
    .option("--strategy <name>", "the order of the steps (default: expand-contract)")
    .addOption(gateModeOption())
    .addOption(roleOption())
    .addOption(
      new Option("--run <run>", "show the plan of a run instead of making one").conflicts([
        "target",
        "strategy",
        "gate",
        "role",
      ]),
    )
    .option("--sql", "print every statement and its undo")
    .action(async (revision: string | undefined, options: PlanOptions) => {
      const { strategy, gate, role, sql = false } = options
      if (options.run !== undefined) return showPlanOf(cli, options.run, { revision, sql })
      const request = { revision, strategy: strategyOf(strategy), gates: gateModesOf(gate), roles: rolesOf(role) }
      const { plan } = await import("../../app/plan.ts")
      const made = await cli.withApp((app) => plan(app, { target: app.targetOrOnly(options.target).name, ...request }))
      const { file: config } = cli.loadOptions
      const typed = { config, revision, target: made.plan.target, strategy, gate, role }
      const startWith = startCommandLine(typed, made.plan.hash)
      cli.output.result(planDocument(made), (look) => renderPlan(made, look, { sql, startWith }))
    })
}

async function showPlanOf(
  cli: Cli,
  run: string,
  { revision, sql }: { readonly revision: string | undefined; readonly sql: boolean },
): Promise<void> {
  if (revision !== undefined)
    throw new UserError({
      code: "BAD_ARGUMENT",
      subject: "--run",
      message: `a run's plan arrives where it arrives: ${revision} can't be named beside --run`,
    })
  const { planOfRun } = await import("../../app/plan.ts")
  const plan = await cli.withApp((app) => planOfRun(app, run))
  const shown = { plan, findings: [], backup: null }
  cli.output.result(planDocument(shown), (look) => renderPlan(shown, look, { sql, startWith: null }))
}
