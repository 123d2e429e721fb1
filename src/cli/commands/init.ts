import { Command } from "commander"
import { init } from "../../app/init.ts"
import type { Cli } from "../cli.ts"

export function initCommand(cli: Cli): Command {
  return new Command("init")
    .summary("write a commented sluice.yaml and a first revision")
    .description("Writes a commented sluice.yaml and a first revision into this folder. Overwrites nothing.")
    .action(async () => {
      const files = await init(cli.surroundings.cwd)
      cli.output.result(
        { files },
        () =>
          `Wrote ${files.join(" and ")}.\nGo on with: export APP_DATABASE_URL=… (your database), sluice dev --detach, then sluice doctor`,
      )
    })
}
