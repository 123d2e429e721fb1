import { randomUUID } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import type { App } from "../../src/app/context.ts"
import { start } from "../../src/app/start.ts"
import { steer } from "../../src/app/steer.ts"
import { startApplication } from "../../src/demo/application/application.ts"
import { SluiceError } from "../../src/domain/errors.ts"
import { hasEnded, type RunStatus } from "../../src/domain/run.ts"
import { loadRun } from "../../src/ledger/run-status.ts"
import type { RunningStack } from "../../src/stack/start.ts"
import { deal, type Blow, type SecondWorker } from "./blow.ts"
import { createTable, newStatements, revisionOf, workloadOf } from "./people.ts"
import { databasesOf, problemsOf } from "./verdict.ts"

export interface Arena {
  readonly app: App
  readonly stack: RunningStack
  readonly another: SecondWorker
}

export interface RunToHarm {
  readonly number: number
  /** The last revision that was applied. */
  readonly parent: string | null
  readonly blow: Blow
  /** Milliseconds after the start. */
  readonly afterMs: number
  readonly seed: number
}

export interface HarmedRun {
  readonly run: string
  readonly revision: string
  readonly blow: Blow
  readonly afterMs: number
  /** Where the run was when the blow fell. */
  readonly phase: string
  readonly tookMs: number
  readonly requests: number
  readonly acknowledged: number
  readonly lost: number
  readonly failed: number
  readonly completed: boolean
  readonly problems: readonly string[]
}

/** A run that takes longer than this after all was put back counts as stuck. */
const patienceMs = 180_000

/** One run on a table of its own, under load, with one blow. */
export async function harmedRun(arena: Arena, { number, parent, blow, afterMs, seed }: RunToHarm): Promise<HarmedRun> {
  const { app, stack, another } = arena
  const revision = revisionOf(number, parent)
  await writeFile(join(app.config.migrations, `${revision.id}.yaml`), revision.text)
  const databases = await prepare(stack, number)
  const application = startApplication({
    name: "application",
    url: stack.addresses.adminUrl,
    workload: workloadOf(number, seed),
  })
  try {
    const startedAt = Date.now()
    const { run } = await start(app, { revision: revision.id, target: "scheduledb", plan: undefined })
    const harmed = harm()
    const status = await carryThrough(app, run, async () => {
      await application.use(newStatements(number))
      await application.makes(20)
    })
    const { phase, afterwards } = await harmed
    const tookMs = Date.now() - startedAt
    await afterwards()
    const report = await application.stop()
    const comparison = await application.compare()
    const aftermath = { number, blow, status, report, comparison, databases }
    const problems = await problemsOf(aftermath, stack, await app.control())
    const { requests, acknowledged, failed } = report
    const figures = { requests, acknowledged, failed, lost: comparison.lost, completed: status.state === "completed" }
    return { run, revision: revision.id, blow, afterMs, phase, tookMs, ...figures, problems }

    async function harm(): Promise<{ readonly phase: string; readonly afterwards: () => Promise<void> }> {
      await sleep(afterMs)
      const { phase, state } = await loadRun(await app.control(), run)
      return { phase: hasEnded(state) ? "ended" : phase, afterwards: await deal(blow, stack, another) }
    }
  } finally {
    await application.close()
  }
}

async function prepare(stack: RunningStack, number: number): Promise<readonly string[]> {
  const client = new Client({ connectionString: stack.addresses.adminUrl.reveal() })
  await client.connect()
  try {
    await client.query(createTable(number))
    return await databasesOf(client)
  } finally {
    await client.end()
  }
}

/** Passes the contract gate once the applications are ready for it, and waits for the end, whatever is down meanwhile. */
async function carryThrough(app: App, run: string, getReady: () => Promise<void>): Promise<RunStatus> {
  const nonce = randomUUID()
  const until = Date.now() + patienceMs
  let ready: Promise<void> | null = null
  for (;;) {
    try {
      const status = await loadRun(await app.control(), run)
      if (hasEnded(status.state) || status.state === "needs-operator" || Date.now() > until) return status
      if (status.waitingFor === "contract") {
        ready ??= getReady()
        await ready
        await steer(app, { run, verb: "proceed", gate: "contract", nonce })
      }
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
    }
    await sleep(50)
  }
}
