import { userInfo } from "node:os"
import { openApp, type App } from "../app/context.ts"
import { embeddedWorker } from "../app/embedded-worker.ts"
import { start } from "../app/start.ts"
import { wait } from "../app/wait.ts"
import { startStack, type RunningStack } from "../stack/start.ts"
import { holdUntilSignal } from "../stack/hold.ts"
import { resetStack } from "../stack/stop.ts"
import { startApplicationProcess } from "./application/process.ts"
import { addEmail, splitName, type Applications } from "./changes.ts"
import { makeDemoProject } from "./project.ts"
import { applicationUrl, seedEmployees } from "./sample.ts"
import { summaryOf, tableOf, type DemoSummary } from "./summary.ts"
import type { Stage } from "./watched-run.ts"
import { withoutEmail, workloadOf } from "./workload.ts"

export interface DemoOptions {
  /** Leaves everything running until Ctrl-C. */
  readonly keep: boolean
  /** The summary as one JSON document on stdout, and nothing else there. */
  readonly json: boolean
}

const rows = 200_000

/**
 * A table of 200,000 rows is changed while two applications write without pause: a required column is added; then a
 * name becomes two columns, comes back, and becomes two columns again. In each backfill the worker is killed. Answers
 * the exit code: 0 where nothing failed and nothing was lost.
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
      const summary = await changeUnderLoad({ app, stack, say }, directory)
      process.stdout.write(
        json ? `${JSON.stringify(summary.figures)}\n` : `\n${tableOf(keep ? summary : { ...summary, uiUrl: null })}\n`,
      )
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

async function changeUnderLoad(stage: Stage, directory: string): Promise<DemoSummary> {
  const { app, stack, say } = stage
  await setUpTables(app, say)
  await seedEmployees(stack.addresses.adminUrl, rows)
  say(`${rows} employees; two applications write from now on, each in a process of its own`)
  const applications = await startApplications(stack)
  try {
    const changes = [
      await addEmail(stage, applications),
      await splitName(stage, applications, true),
      await splitName(stage, applications, false),
    ]
    return await summaryOf({ applications, changes, directory, stack })
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

async function startApplications(stack: RunningStack): Promise<Applications> {
  const url = applicationUrl(stack.addresses.targetUrl)
  const [first, second] = await Promise.all(
    [0, 1].map((remainder) =>
      startApplicationProcess({ name: `app ${remainder}`, url, workload: workloadOf(withoutEmail, remainder, rows) }),
    ),
  )
  if (!first || !second) throw new Error("two applications were asked for")
  return [first, second]
}
