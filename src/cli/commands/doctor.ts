import { Command } from "commander"
import type { Check } from "../../app/doctor/check.ts"
import type { Cli } from "../cli.ts"
import type { Look } from "../render/look.ts"

export function doctorCommand(cli: Cli): Command {
  return new Command("doctor")
    .summary("find every reason why a run would fail")
    .description(
      "Checks configuration, control database, Temporal, workers and targets, with the exact GRANT or setting that is missing. Exits with 1 where something fails.",
    )
    .option("--target <name>", "only this database (default: all)")
    .action(async ({ target }: { target?: string }) => {
      const { doctor } = await import("../../app/doctor/doctor.ts")
      const checks = await doctor({ ...cli.loadOptions, actor: cli.actor }, target)
      cli.output.result({ checks }, (look) => checks.map((check) => renderCheck(check, look)).join("\n"))
      if (checks.some((check) => check.state === "fail")) cli.exitCode = 1
    })
}

function renderCheck({ name, state, detail, hint }: Check, look: Look): string {
  const marks = { ok: look.green("ok  "), info: look.cyan("info"), warn: look.yellow("warn"), fail: look.red("FAIL") }
  const line = `${marks[state]} ${look.bold(name)}: ${detail}`
  return hint === null ? line : `${line}\n     ${look.dim("hint:")} ${hint}`
}
