import { Command } from "commander"
import type { Recovered } from "../../app/recover.ts"
import { confirm } from "../ask.ts"
import type { Cli } from "../cli.ts"

export function recoverCommand(cli: Cli): Command {
  return new Command("recover")
    .summary("end a run in the target that is over, or lost, here")
    .description(
      "Ends a run that the target's journal knows and the control database doesn't, or as another one by the same name, which has ended: undoes it step by step where it hasn't contracted, else (also where it was on its way back from there) gives its place up and says what stays. Its own worker must not run any more. A run that has ended here, in a target that was restored to an older state, is taken up again: what was aborted is undone there once more, what was completed is purged.",
    )
    .argument("<run>", "the run, as the target's journal names it")
    .option("--target <name>", "the database; default: the run's own, or the only one")
    .option("--yes", "don't ask on a terminal")
    .action(async (run: string, options: { target?: string; yes?: boolean }) => {
      const { recover, recoveryTarget } = await import("../../app/recover.ts")
      const recovered = await cli.withApp(async (app) => {
        const target = await recoveryTarget(app, run, options.target)
        const question = `Bring ${run} to its end in ${target}? Where only the target knows it, no worker of its own may be at work.`
        await confirm(cli, question, options.yes === true)
        return recover(app, { run, target })
      })
      cli.output.result(recovered, () => recoveredText(recovered))
    })
}

function recoveredText({ run, state, undone, left, workflow }: Recovered): string {
  if (state === "aborting" || state === "running") return `${run} is taken up again (${state}): sluice watch ${run}`
  return [
    `${run} is ${state}.`,
    ...undone.map((summary) => `  undone: ${summary}`),
    ...left.map((what) => `  stays: ${what}`),
    ...(workflow?.end === "terminated"
      ? [`Its workflow ${workflow.id} was terminated: nobody could speak to it.`]
      : []),
    ...(workflow?.end === "unasked"
      ? [
          `Temporal couldn't be asked. If workflow ${workflow.id} still runs there, terminate it: the plan can't be started before.`,
        ]
      : []),
    ...(left.length > 0
      ? ["sluice uninstall removes triggers and marker columns that stay. Hidden columns hold data: drop them by hand."]
      : []),
  ].join("\n")
}
