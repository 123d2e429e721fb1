import { Command } from "commander"
import type { DevOptions } from "../../app/dev.ts"
import type { OpenRun } from "../../app/reset-dev.ts"
import { BugError, RefusedError, TransientError, UserError, type ErrorKind } from "../../domain/errors.ts"
import type { Finding } from "../../domain/finding.ts"
import { holdUntilSignal } from "../../stack/hold.ts"
import { stackStatus } from "../../stack/status.ts"
import { resetStack, stopStack } from "../../stack/stop.ts"
import { confirm } from "../ask.ts"
import type { Cli } from "../cli.ts"
import { renderStack } from "../render/stack.ts"

interface DevFlags {
  readonly detach?: boolean
  readonly stop?: boolean
  readonly status?: boolean
  readonly reset?: boolean
  readonly force?: boolean
  readonly yes?: boolean
}

export function devCommand(cli: Cli): Command {
  return new Command("dev")
    .summary("run Temporal, PostgreSQL and a worker here")
    .description(
      "Runs the embedded stack of this folder: Temporal's development server, a PostgreSQL with control database and sample target, and a worker. What dies is started again. Everything is kept in .sluice/. Ends with Ctrl-C.",
    )
    .option("--detach", "leave it running in the background; repair what of it is dead")
    .option("--stop", "end it; the data stays")
    .option("--status", "say what runs, what has died, and where; exits with 1 where not all of it runs")
    .option("--reset", "end it and remove its data")
    .option("--force", "reset even while a run is under way; what it made then stays in its target")
    .option("--yes", "don't ask before a reset; needed where nobody can be asked")
    .action(async (flags: DevFlags) => {
      if ([flags.stop, flags.status, flags.reset, flags.detach].filter(Boolean).length > 1) throw oneAtATime()
      const { directory } = cli.projectFolder()
      const options: DevOptions = { ...cli.loadOptions, directory, say: (line) => cli.output.narrate(line) }
      if (flags.status) {
        const { running, dead } = stackStatus(directory)
        if (!running || dead.length > 0) cli.exitCode = 1
        return show(cli, directory)
      }
      if (flags.stop) {
        const { runsToRest } = await import("../../app/reset-dev.ts")
        const resting = await runsToRest(directory)
        return showStopped(cli, await stopStack(directory), resting)
      }
      if (flags.reset) {
        const { refuseResetDuringRuns } = await import("../../app/reset-dev.ts")
        if (!flags.force) await refuseResetDuringRuns(directory)
        const question = `Remove all data of the embedded stack in ${directory}, the audit trail of its runs with it?`
        await confirm(cli, question, flags.yes === true, { losesData: true })
        return showStopped(cli, await resetStack(directory))
      }
      if (!flags.detach) return holdHere(cli, options)
      // Started twice, it is there once.
      await detached(options)
      show(cli, directory)
    })
}

async function holdHere(cli: Cli, options: DevOptions): Promise<void> {
  const { startDev } = await import("../../app/dev.ts")
  const stack = await startDev(options)
  show(cli, options.directory)
  if (!cli.output.json) cli.output.narrate("Ctrl-C ends it.")
  await holdUntilSignal(stack)
  cli.output.narrate("Stopped.")
}

/** Without the connection URLs: they hold passwords, and stand in `.sluice/stack.json`. */
function show(cli: Cli, directory: string): void {
  const { addresses, ...status } = stackStatus(directory)
  const temporal = addresses?.temporal ?? null
  cli.output.result({ ...status, directory, temporal }, (look) =>
    renderStack({ ...status, addresses }, directory, look),
  )
}

function showStopped(cli: Cli, stopped: readonly string[], resting: readonly OpenRun[] = []): void {
  const rest = resting.map(
    ({ run, target, state }) => `\n${run} in ${target} (${state}) rests until it is started again.`,
  )
  cli.output.result({ stopped, resting: resting.map(({ run }) => run) }, () =>
    stopped.length === 0 ? "Nothing was running." : `Stopped ${stopped.join(", ")}.${rest.join("")}`,
  )
}

const kinds = [UserError, RefusedError, TransientError, BugError] as const

/** The background process has a mind of its own: what it printed is what went wrong. */
async function detached(options: DevOptions): Promise<void> {
  const { ensureDetached } = await import("../../app/detached-dev.ts")
  const started = await ensureDetached(options)
  if (started === null) return
  const { document } = started
  const { error } = (document ?? {}) as {
    error?: { kind?: ErrorKind; code: string; message: string; hint: string | null; findings: readonly Finding[] }
  }
  if (document && !error) return
  const finding = {
    code: error?.code ?? "STACK_START_FAILED",
    subject: "sluice dev",
    message: error?.message ?? "the background process ended without a word",
    hint: error?.hint ?? "its log is .sluice/logs/dev.log",
  }
  const kind = kinds.find(({ name }) => name === error?.kind) ?? TransientError
  throw new kind(finding, error?.findings.length ? { findings: error.findings } : undefined)
}

function oneAtATime(): UserError {
  return new UserError({
    code: "BAD_ARGUMENT",
    subject: "sluice dev",
    message: "--detach, --stop, --status and --reset exclude each other",
    hint: "give one of them",
  })
}
