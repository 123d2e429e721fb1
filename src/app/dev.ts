import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { loadConfig, type LoadOptions } from "../config/load.ts"
import { findConfigFile } from "../config/find-file.ts"
import { TransientError } from "../domain/errors.ts"
import { openControl } from "../ledger/control.ts"
import { migrateControl } from "../ledger/migrate.ts"
import { startStack, type RunningStack } from "../stack/start.ts"
import type { StackAddresses } from "../stack/state.ts"
import { stackFolder } from "../stack/state.ts"
import { packageDirectory } from "../stack/toolchain.ts"
import { waitUntil } from "../stack/wait-until.ts"
import { embeddedWorker } from "./embedded-worker.ts"

/** A first start makes a cluster. */
const startWithinMs = 180_000

export interface DevOptions extends LoadOptions {
  /** The project's folder, whose `.sluice/` keeps everything. */
  readonly directory: string
  readonly say: (line: string) => void
}

/** Starts the embedded stack in this process, with a worker where there is a configuration for one. */
export async function startDev(options: DevOptions): Promise<RunningStack> {
  const { directory, env, say } = options
  const hasConfig = findConfigFile(options) !== null
  if (!hasConfig) say("There is no sluice.yaml here, so no worker is started: sluice init, then start again.")
  const command = embeddedWorker(directory, env)
  const stack = await startStack({
    directory,
    say,
    ...(hasConfig && {
      worker: async (addresses) => {
        await migrate(addresses)
        // What is wrong with the configuration is told here, not in the worker's log.
        await loadConfig(options)
        return command(addresses)
      },
    }),
  })
  if (!hasConfig) await migrate(stack.addresses)
  return stack
}

async function migrate(addresses: StackAddresses): Promise<void> {
  const control = openControl(addresses.controlUrl)
  try {
    await migrateControl(control)
  } finally {
    await control.close()
  }
}

/**
 * Starts `sluice dev` in a process of its own that outlives this one, and waits until it is up or has failed. Answers
 * the one JSON document that it prints then; null where it ended without a word.
 */
export async function detachDev(options: DevOptions): Promise<unknown> {
  const logs = join(stackFolder(options.directory), "logs")
  mkdirSync(logs, { recursive: true })
  const outFile = join(logs, "dev.json")
  const [out, log] = [openSync(outFile, "w", 0o600), openSync(join(logs, "dev.log"), "a", 0o600)]
  const config = options.file === undefined ? [] : ["--config", options.file]
  const main = join(packageDirectory(), "dist", "src", "cli", "main.js")
  const child = spawn(process.execPath, [main, "dev", "--json", ...config], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ["ignore", out, log],
  })
  closeSync(out)
  closeSync(log)
  let ended = false
  child.once("error", () => (ended = true))
  child.once("exit", () => (ended = true))
  const read = (): { readonly document: unknown } | null => {
    const text = readFileSync(outFile, "utf8")
    return text.includes("\n") ? { document: JSON.parse(text) as unknown } : null
  }
  const answer = await waitUntil(read, { timeoutMs: startWithinMs, giveUp: () => ended })
  child.unref()
  const last = answer ?? read()
  if (last === null && !ended)
    throw new TransientError({
      code: "STACK_START_FAILED",
      subject: "sluice dev",
      message: `the embedded stack is not up after ${startWithinMs / 1000} s; it goes on starting in process ${child.pid}`,
      hint: "sluice dev --status says when it is there; its log is .sluice/logs/dev.log",
    })
  return last?.document ?? null
}
