import { randomUUID } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import type { App } from "../../src/app/context.ts"
import { start } from "../../src/app/start.ts"
import { steer } from "../../src/app/steer.ts"
import { startApplication, type LiveApplication } from "../../src/demo/application/application.ts"
import { SluiceError } from "../../src/domain/errors.ts"
import { hasEnded, type RunStatus } from "../../src/domain/run.ts"
import { loadRun } from "../../src/ledger/run-status.ts"
import type { Workload } from "../../src/demo/application/workload.ts"
import type { RunningStack } from "../../src/stack/start.ts"
import { deal, type Blow, type SecondWorker } from "./blow.ts"
import { rowsAtFirst, tableOf, type Change } from "./changes/change.ts"
import { databasesOf, problemsOf } from "./verdict.ts"

export interface Arena {
  readonly app: App
  readonly stack: RunningStack
  readonly another: SecondWorker
}

export interface RunToHarm {
  readonly change: Change
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

/** One run on a table of its own, under the load of two applications, with one blow. */
export async function harmedRun(arena: Arena, request: RunToHarm): Promise<HarmedRun> {
  const { change, number, blow, afterMs, seed } = request
  const { app, stack, another } = arena
  const revision = await writeRevision(app, request)
  const databases = await prepare(stack, change.createTable(number))
  const applications = [0, 1].map((remainder) =>
    startApplication({
      name: `application ${remainder}`,
      url: stack.addresses.adminUrl,
      workload: workloadOf(change, { number, seed, remainder }),
    }),
  )
  const all = <T>(ask: (application: LiveApplication) => Promise<T>): Promise<T[]> => Promise.all(applications.map(ask))
  try {
    const startedAt = Date.now()
    const { run } = await start(app, { revision, target: "scheduledb", plan: undefined })
    const harmed = harm()
    const status = await carryThrough(app, run, async () => {
      // First one application of each shape, then the new one alone.
      await applications[1]?.use(change.newStatements(number))
      await all((application) => application.makes(20))
      await all((application) => application.use(change.newStatements(number)))
      await all((application) => application.makes(20))
    })
    const { phase, afterwards } = await harmed
    const tookMs = Date.now() - startedAt
    await afterwards()
    const reports = await all((application) => application.stop())
    // A run that stopped half-way is wrong whatever its rows hold, which neither shape may show.
    const isThrough = status.state === "completed"
    const comparisons = isThrough ? await all((application) => application.compare({ columns: change.columns })) : []
    const aftermath = { change, number, blow, status, reports, comparisons, databases }
    const problems = await problemsOf(aftermath, stack, await app.control())
    // What it leaves would be held against every run after it.
    if (!hasEnded(status.state)) await takeBack(app, run)
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    const figures = {
      requests: sum(reports.map(({ requests }) => requests)),
      acknowledged: sum(reports.map(({ acknowledged }) => acknowledged)),
      failed: sum(reports.map(({ failed }) => failed)),
      lost: sum(comparisons.map(({ lost }) => lost)),
      completed: isThrough,
    }
    return { run, revision, blow, afterMs, phase, tookMs, ...figures, problems }

    async function harm(): Promise<{ readonly phase: string; readonly afterwards: () => Promise<void> }> {
      await sleep(afterMs)
      const { phase, state } = await loadRun(await app.control(), run)
      return { phase: hasEnded(state) ? "ended" : phase, afterwards: await deal(blow, stack, another) }
    }
  } finally {
    await all((application) => application.close())
  }
}

/** Ends a run that stopped half-way, as its operator would. */
async function takeBack(app: App, run: string): Promise<void> {
  const until = Date.now() + patienceMs
  const nonce = randomUUID()
  for (;;) {
    const { state } = await loadRun(await app.control(), run)
    if (hasEnded(state) || Date.now() > until) return
    if (state !== "aborting")
      await steer(app, { run, verb: "abort", reason: "the campaign goes on without it", nonce }).catch(() => null)
    await sleep(200)
  }
}

async function writeRevision(app: App, { change, number, parent }: RunToHarm): Promise<string> {
  const id = `${String(number).padStart(4, "0")}_change`
  const { title, operations } = change.revision(number)
  const text = `id: ${id}\nparents: [${parent ?? ""}]\ntitle: ${title}\noperations:${operations}`
  await writeFile(join(app.config.migrations, `${id}.yaml`), text)
  return id
}

/** The applications' rows don't meet. */
function workloadOf(
  change: Change,
  { number, seed, remainder }: { readonly number: number; readonly seed: number; readonly remainder: number },
): Workload {
  return {
    table: { name: `public.${tableOf(number)}`, key: "id" },
    statements: change.oldStatements(number),
    lanes: 1,
    pauseMs: 4,
    existingKeys: { first: 1, last: rowsAtFirst, only: { remainder, of: 2 } },
    firstNumber: 1 + remainder * 1_000_000,
    seed: seed + remainder,
  }
}

async function prepare(stack: RunningStack, createTable: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: stack.addresses.adminUrl.reveal() })
  await client.connect()
  try {
    await client.query(`SET ROLE sluice; ${createTable}; RESET ROLE`)
    return await databasesOf(client)
  } finally {
    await client.end()
  }
}

/** Passes the contract gate once the applications are ready for it, and waits for the end, whatever is down meanwhile. */
async function carryThrough(app: App, run: string, getReady: () => Promise<void>): Promise<RunStatus> {
  let nonce = randomUUID()
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
      // The old application ran while the gate waited. What is asked anew counts from this refusal on.
      if (error.code === "STRAGGLERS_SEEN") nonce = randomUUID()
    }
    await sleep(50)
  }
}
