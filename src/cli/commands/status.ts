import { Command } from "commander"
import type { Cli } from "../cli.ts"
import { renderRun, renderRunList } from "../render/run.ts"

export function statusCommand(cli: Cli): Command {
  return new Command("status")
    .summary("show where a run stands")
    .description(
      "Shows where a run stands, and its backup once it has one, or lists all runs. Works without a worker and without Temporal.",
    )
    .argument("[run]", "the run, or the beginning of its id")
    .action(async (run: string | undefined) => {
      if (run === undefined) return list(cli)
      const { showStatus } = await import("../../app/status.ts")
      const status = await cli.withApp((app) => showStatus(app, run))
      cli.output.result(status, (look) => renderRun(status, look, Date.now()))
    })
}

export function listCommand(cli: Cli): Command {
  return new Command("list")
    .summary("list the runs, newest first")
    .description("Lists the runs, newest first: the same as sluice status without a run.")
    .action(() => list(cli))
}

async function list(cli: Cli): Promise<void> {
  const { listAllRuns } = await import("../../app/status.ts")
  const runs = await cli.withApp(listAllRuns)
  cli.output.result({ runs }, (look) => renderRunList(runs, look, Date.now()))
}
