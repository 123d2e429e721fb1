import { Command } from "commander"
import { embeddedWorker } from "../../app/embedded-worker.ts"
import { UserError } from "../../domain/errors.ts"
import { holdUntilSignal } from "../../stack/hold.ts"
import { startStack } from "../../stack/start.ts"
import type { StackAddresses } from "../../stack/state.ts"
import { stackStatus } from "../../stack/status.ts"
import { resetStack, stopStack } from "../../stack/stop.ts"
import type { Cli } from "../cli.ts"
import { startDetached } from "../detach.ts"

interface DevOptions {
  readonly stop?: boolean
  readonly status?: boolean
  readonly reset?: boolean
  readonly detach?: boolean
}

export function devCommand(cli: Cli): Command {
  return new Command("dev")
    .summary("run Temporal, a PostgreSQL and a worker here, until Ctrl-C")
    .description(
      "Runs Temporal's development server, a PostgreSQL cluster with the control database and the sample target, and a worker; everything is kept in .sluice/.",
    )
    .option("--detach", "return once everything runs; end it with --stop")
    .option("--stop", "end what runs here; the data stays")
    .option("--status", "say what runs here and where")
    .option("--reset", "end it and remove all its data")
    .action(async (options: DevOptions) => {
      const { cwd, env } = cli.surroundings
      if ([options.stop, options.status, options.reset, options.detach].filter(Boolean).length > 1) throw oneAtATime()
      if (options.stop) return told(cli, "stopped", await stopStack(cwd))
      if (options.reset) return told(cli, "removed", await resetStack(cwd))
      if (options.status) return showStatus(cli, cwd)
      if (options.detach) await startDetached(cwd, env)
      else await inForeground(cli, cwd, env)
      if (options.detach) showStatus(cli, cwd)
    })
}

async function inForeground(cli: Cli, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const say = (line: string): void => cli.output.narrate(line)
  const stack = await startStack({ directory: cwd, say, worker: embeddedWorker(cwd, env) })
  for (const line of linesOf(stack.addresses)) say(line)
  say("Ctrl-C ends it; the data stays.")
  const signal = await holdUntilSignal(stack)
  cli.output.result({ stopped: signal }, () => "Stopped.")
}

function told(cli: Cli, what: string, names: readonly string[]): void {
  cli.output.result({ [what]: names }, () =>
    names.length === 0 ? "Nothing ran here." : `${what}: ${names.join(", ")}`,
  )
}

function showStatus(cli: Cli, cwd: string): void {
  const { running, ownerPid, parts, addresses, dataDirectory } = stackStatus(cwd)
  const temporal = addresses?.temporal ?? null
  cli.output.result({ running, ownerPid, parts, temporal, dataDirectory }, () =>
    running && addresses ? [`Running: ${parts.join(", ")}`, ...linesOf(addresses)].join("\n") : "Nothing runs here.",
  )
}

function linesOf({ temporal, targetUrl }: StackAddresses): readonly string[] {
  const { host, pathname } = new URL(targetUrl.reveal())
  return [
    `Temporal       ${temporal.address} (namespace ${temporal.namespace})`,
    ...(temporal.uiUrl === null ? [] : [`Temporal's UI  ${temporal.uiUrl}`]),
    `Sample target  ${host}${pathname} (the address with its password is in .sluice/stack.json)`,
  ]
}

function oneAtATime(): UserError {
  return new UserError({
    code: "BAD_ARGUMENT",
    subject: "sluice dev",
    message: "--detach, --stop, --status and --reset exclude each other",
  })
}
