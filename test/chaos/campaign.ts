import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Client } from "pg"
import { openApp } from "../../src/app/context.ts"
import { embeddedWorker } from "../../src/app/embedded-worker.ts"
import { seededRandom } from "../../src/demo/application/keys.ts"
import { startStack } from "../../src/stack/start.ts"
import { resetStack } from "../../src/stack/stop.ts"
import { startWorkerProcess } from "../../src/stack/worker.ts"
import { blowOf } from "./blow.ts"
import type { Change } from "./changes/change.ts"
import { harmedRun, type HarmedRun } from "./one-run.ts"

export interface CampaignOptions {
  /** An empty folder, or one of an earlier campaign. */
  readonly directory: string
  readonly change: Change
  readonly seed: number
  readonly runs: number
  readonly say: (line: string) => void
}

/** Runs under load, each with one blow at an instant that the seed decides; answers them all, the unharmed first. */
export async function campaign({ directory, change, seed, runs, say }: CampaignOptions): Promise<readonly HarmedRun[]> {
  prepareProject(directory)
  await resetStack(directory)
  const { SCHEDULEDB_URL: _, ...env } = process.env
  const command = embeddedWorker(directory, env)
  const stack = await startStack({ directory, say, worker: command })
  const app = await openApp({
    cwd: directory,
    env: { ...env, SCHEDULEDB_URL: stack.addresses.targetUrl.reveal(), SLUICE_HEARTBEAT_MS: "2000" },
    actor: "chaos",
  })
  // The programs on their leashes don't keep this process alive.
  const alive = setInterval(() => {}, 60_000)
  try {
    await logOurStatements(stack.addresses.adminUrl.reveal())
    const random = seededRandom(seed)
    const another = () => startWorkerProcess(command(stack.addresses), stack.logs.worker)
    const done: HarmedRun[] = []
    for (let number = 0; number <= runs; number += 1) {
      const parent = done.findLast(({ completed }) => completed)?.revision ?? null
      const blow = number === 0 ? "none" : blowOf(number - 1)
      // A blow after the end would prove nothing: the quickest run so far says how long there is.
      const shortestMs = Math.min(...done.map(({ tookMs }) => tookMs))
      const afterMs = number === 0 ? 0 : Math.round(random() * shortestMs * 0.9)
      const one = await harmedRun(
        { app, stack, another },
        { change, number, parent, blow, afterMs, seed: seed + number },
      )
      done.push(one)
      say(
        `${String(number).padStart(3)} ${blow.padEnd(8)} in ${one.phase.padEnd(10)} ${String(one.tookMs).padStart(6)} ms  ${one.problems.join(" | ") || "right"}`,
      )
    }
    return done
  } finally {
    await app.close()
    await stack.stop()
    clearInterval(alive)
  }
}

function prepareProject(directory: string): void {
  for (const left of ["migrations", "backups"]) rmSync(join(directory, left), { recursive: true, force: true })
  mkdirSync(join(directory, "migrations"), { recursive: true })
  writeFileSync(
    join(directory, "sluice.yaml"),
    `version: 1
migrations: ./migrations
backups: {directory: ./backups}
targets:
  scheduledb:
    url: \${SCHEDULEDB_URL}
    schemas: [public]
    soak: 0s
    keep: 0s
    gates: {dual-write: auto, switch: auto, contract: manual, purge: auto}
    limits: {lockTimeout: 200ms, batchDuration: 20ms, restRatio: 4}
`,
  )
}

/** Every statement of ours stands in the server's log, by which late writes are found; the application's don't. */
async function logOurStatements(admin: string): Promise<void> {
  const client = new Client({ connectionString: admin })
  await client.connect()
  await client.query("ALTER ROLE sluice SET log_statement = 'all'")
  await client.end()
}
