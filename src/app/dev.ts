import { loadConfig, type LoadOptions } from "../config/load.ts"
import { findConfigFile } from "../config/find-file.ts"
import { openControl } from "../ledger/control.ts"
import { migrateControl } from "../ledger/migrate.ts"
import { startStack, type RunningStack } from "../stack/start.ts"
import type { StackAddresses } from "../stack/state.ts"
import { embeddedWorker } from "./embedded-worker.ts"
import { rememberEnvironment } from "./worker-environment.ts"

export interface DevOptions extends LoadOptions {
  /** The project's folder, whose `.sluice/` keeps everything. */
  readonly directory: string
  readonly say: (line: string) => void
}

/**
 * Starts the embedded stack in this process, with a worker where there is a configuration for one. What of it dies by
 * itself is started again.
 */
export async function startDev(options: DevOptions): Promise<RunningStack> {
  const { directory, env, say } = options
  const hasConfig = findConfigFile(options) !== null
  if (!hasConfig) say("There is no sluice.yaml here, so no worker is started: sluice init, then start again.")
  const command = embeddedWorker(directory, env)
  const stack = await startStack({
    directory,
    say,
    supervise: true,
    ...(hasConfig && {
      worker: async (addresses) => {
        await migrate(addresses)
        // What is wrong with the configuration is told here, not in the worker's log.
        await loadConfig(options)
        rememberEnvironment(directory, options)
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
