import { join } from "node:path"
import { packageDirectory } from "../stack/toolchain.ts"
import type { StackAddresses } from "../stack/state.ts"
import type { WorkerCommand } from "../stack/worker.ts"
import { findPollers } from "./pollers.ts"
import { TemporalLink } from "./temporal.ts"

/** How long one look for the worker's polls may take, in milliseconds. */
const lookMs = 2_000

/** How the embedded stack of a folder runs its worker: this program's own verb, ready once both queues are polled. */
export function embeddedWorker(directory: string, env: NodeJS.ProcessEnv) {
  return ({ temporal, targetUrl }: StackAddresses): WorkerCommand => {
    // Polls of an earlier worker are named for a minute after its end; only those from now on are this one's.
    const since = Date.now()
    return {
      command: process.execPath,
      args: [join(packageDirectory(), "dist", "src", "cli", "main.js"), "worker"],
      // The sample's address for a sluice.yaml that names it; one that is set already wins.
      env: { SCHEDULEDB_URL: targetUrl.reveal(), ...env },
      cwd: directory,
      isReady: () => isPolled(temporal, since),
    }
  }
}

async function isPolled({ address, namespace }: StackAddresses["temporal"], since: number): Promise<boolean> {
  const link = new TemporalLink({ address, namespace, tls: null, apiKey: null })
  try {
    return (await findPollers(link, lookMs, since)).every(({ workers }) => workers.length > 0)
  } catch {
    return false
  } finally {
    await link.close()
  }
}
