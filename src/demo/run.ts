import { userInfo } from "node:os"
import { openApp, type App } from "../app/context.ts"
import { embeddedWorker } from "../app/embedded-worker.ts"
import { start } from "../app/start.ts"
import { steer } from "../app/steer.ts"
import { wait } from "../app/wait.ts"
import type { GateName } from "../domain/gate.ts"
import { isAfter } from "../domain/phase.ts"
import type { RunStatus } from "../domain/run.ts"
import { startStack, type RunningStack } from "../stack/start.ts"
import { holdUntilSignal } from "../stack/hold.ts"
import { resetStack } from "../stack/stop.ts"
import { startApplicationProcess } from "./application/process.ts"
import type { LiveApplication } from "./application/application.ts"
import { PhaseWatch } from "./phases.ts"
import { makeDemoProject } from "./project.ts"
import { applicationUrl, seedEmployees } from "./sample.ts"
import { summaryOf, tableOf, type DemoSummary } from "./summary.ts"
import { newStatements, oldStatements, workloadOf } from "./workload.ts"

export interface DemoOptions {
  /** Leaves everything running until Ctrl-C. */
  readonly keep: boolean
  /** The summary as one JSON document on stdout, and nothing else there. */
  readonly json: boolean
}

const rows = 200_000

/**
 * A required column is added to a table of 200,000 rows while an application writes without pause and the worker is
 * killed in the middle of the backfill. Answers the exit code: 0 where nothing failed and nothing was lost.
 */
export async function runDemo({ keep, json }: DemoOptions): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`)
  const directory = makeDemoProject()
  await resetStack(directory)
  const { SCHEDULEDB_URL: _, ...env } = process.env
  const stack = await startStack({ directory, say, worker: embeddedWorker(directory, env) })
  // The programs on their leashes don't keep this process alive; while it waits for nothing but them, this does.
  const alive = setInterval(() => {}, 60_000)
  try {
    const app = await openApp({
      cwd: directory,
      // A dead worker is noticed after two seconds instead of ten: the demo has only two minutes.
      env: { ...env, SCHEDULEDB_URL: stack.addresses.targetUrl.reveal(), SLUICE_HEARTBEAT_MS: "2000" },
      actor: userInfo().username,
    })
    try {
      const summary = await changeUnderLoad(app, stack, directory, say)
      process.stdout.write(json ? `${JSON.stringify(summary.figures)}\n` : `\n${tableOf(summary)}\n`)
      if (keep) {
        say(`Everything goes on in ${directory}; Ctrl-C ends it.`)
        await holdUntilSignal(stack)
      }
      return summary.figures.failed === 0 && summary.figures.lost === 0 && summary.figures.kills > 0 ? 0 : 1
    } finally {
      await app.close()
    }
  } finally {
    await stack.stop()
    clearInterval(alive)
  }
}

async function changeUnderLoad(
  app: App,
  stack: RunningStack,
  directory: string,
  say: (line: string) => void,
): Promise<DemoSummary> {
  await setUpTables(app, say)
  await seedEmployees(stack.addresses.adminUrl, rows)
  say(`${rows} employees; two applications write from now on, each in a process of its own`)
  const applications = await startApplications(stack)
  try {
    const started = await start(app, { revision: "0003_email", target: "scheduledb", plan: undefined })
    say(`Run ${started.run} adds the required column email`)
    const watch = new PhaseWatch(await app.control(), started.run, (phase) => say(`  ${phase}`))
    const proceed = async (gate: GateName): Promise<void> => {
      await watch.until((status) => status.waitingFor === gate)
      await steer(app, { run: started.run, verb: "proceed", gate, reason: "the demo" })
    }
    await proceed("dual-write")
    await applications[1].use(newStatements)
    const kills = await killWorkerInBackfill(stack, watch, say)
    await proceed("switch")
    await watch.until((status) => status.phase === "soak" || status.waitingFor === "contract")
    await applications[0].use(newStatements)
    await proceed("contract")
    await proceed("purge")
    await wait(app, { run: started.run, for: "end", timeoutMs: 60_000 })
    const phases = await watch.end()
    return await summaryOf({ applications, phases, kills, run: started.run, directory, stack })
  } finally {
    await Promise.all(applications.map((application) => application.close()))
  }
}

/** The sample's tables come the same way as every change; nothing uses them yet, so every gate passes by itself. */
async function setUpTables(app: App, say: (line: string) => void): Promise<void> {
  say("Creating the sample application's tables")
  const gates = { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" } as const
  const { run } = await start(app, { revision: "0001_scheduledb", target: "scheduledb", gates, plan: undefined })
  await wait(app, { run, for: "end", timeoutMs: 120_000 })
}

async function startApplications(stack: RunningStack): Promise<readonly [LiveApplication, LiveApplication]> {
  const url = applicationUrl(stack.addresses.targetUrl)
  const [first, second] = await Promise.all(
    [0, 1].map((remainder) =>
      startApplicationProcess({ name: `app ${remainder}`, url, workload: workloadOf(oldStatements, remainder, rows) }),
    ),
  )
  if (!first || !second) throw new Error("two applications were asked for")
  return [first, second]
}

/** SIGKILL in the middle of the backfill, and another worker that takes over from the last committed batch. */
async function killWorkerInBackfill(
  stack: RunningStack,
  watch: PhaseWatch,
  say: (line: string) => void,
): Promise<number> {
  const isUnderWay = (status: RunStatus): boolean => status.phase === "backfill" && (status.backfill?.rowsDone ?? 0) > 0
  const midway = await watch.until((status) => isUnderWay(status) || isAfter(status.phase, "backfill"))
  if (!stack.worker || !isUnderWay(midway)) return 0
  await stack.worker.kill()
  say(`  worker killed with SIGKILL after ${midway.backfill?.rowsDone ?? 0} rows; another one is started`)
  await stack.worker.start()
  return 1
}
