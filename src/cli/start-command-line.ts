import { shellWord } from "../domain/shell-word.ts"

/** What `plan` was told, as a person typed it. All of it is part of the plan, so that `start` must be told the same. */
export interface PlanTyped {
  readonly config?: string | undefined
  readonly revision?: string | undefined
  readonly target: string
  readonly strategy?: string | undefined
  readonly gate: readonly string[]
  readonly role: readonly string[]
}

/** The command that starts exactly the plan that was looked at. */
export function startCommandLine({ config, revision, target, strategy, gate, role }: PlanTyped, hash: string): string {
  const words = [
    "sluice",
    "start",
    ...(revision === undefined ? [] : [revision]),
    "--target",
    target,
    ...(strategy === undefined ? [] : ["--strategy", strategy]),
    ...gate.flatMap((each) => ["--gate", each]),
    ...role.flatMap((each) => ["--role", each]),
    "--plan",
    hash.slice(0, 12),
    ...(config === undefined ? [] : ["--config", config]),
  ]
  return words.map(shellWord).join(" ")
}
