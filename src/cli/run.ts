import { CommanderError, type Command } from "commander"
import { BugError, exitCodes, SluiceError } from "../domain/errors.ts"
import { Cli } from "./cli.ts"
import type { Surroundings } from "./output.ts"
import { createProgram } from "./program.ts"
import { renderFindings } from "./render/findings.ts"
import { usageError } from "./usage-error.ts"

/** Runs one command line and answers the exit code. Never exits by itself, and throws nothing. */
export async function run(argv: readonly string[], surroundings: Surroundings, version: string): Promise<number> {
  const cli = new Cli(surroundings, wantsJson(argv))
  const program = createProgram(cli, version)
  settle(program, surroundings)
  try {
    // Without a verb, a person wants to know what there is.
    if (argv.length === 0) program.outputHelp()
    else await program.parseAsync([...argv], { from: "user" })
    return cli.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    return report(cli, error instanceof CommanderError ? usageError(error, program, argv) : error)
  }
}

/** Known before parsing, since a mistake in parsing is to be answered as JSON too. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--")
  return (end === -1 ? argv : argv.slice(0, end)).includes("--json")
}

/** Commander must neither exit nor print errors: both are done in one place. Help goes to stdout. */
function settle(command: Command, { stdout }: Surroundings): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: () => undefined,
    outputError: () => undefined,
  })
  for (const child of command.commands) settle(child, { stdout } as Surroundings)
}

function report(cli: Cli, error: unknown): number {
  const { output } = cli
  const known = error instanceof SluiceError ? error : bug(error)
  const { code, message, hint } = known.finding
  if (output.json && !output.hasAnswered)
    output.result(
      { error: { kind: known.kind, code, message, hint: hint ?? null, findings: known.findings } },
      () => "",
    )
  else {
    // The leading finding sums up; where it is one of several, all of them are told, and it only if it isn't among them.
    const several = known.findings.length > 1
    if (several && !known.findings.some((finding) => finding.message === message))
      output.narrate(output.narrationLook.red(message))
    output.narrate(renderFindings(several ? known.findings : [known.finding], output.narrationLook))
  }
  if (known.kind === "BugError" && error instanceof Error && cli.surroundings.env["SLUICE_DEBUG"])
    output.narrate(error.stack ?? String(error))
  return exitCodes[known.kind]
}

/** Whatever we didn't foresee. The message of a foreign error may hold anything, so only its name is told. */
function bug(error: unknown): BugError {
  const name = error instanceof Error ? error.name : typeof error
  return new BugError(
    {
      code: "BUG",
      subject: "sluice",
      message: `something went wrong that Sluice did not foresee (${name})`,
      hint: "run it again with SLUICE_DEBUG=1 and report what it prints",
    },
    { cause: error },
  )
}
