import { TransientError } from "../domain/errors.ts"
import { startOnLeash } from "./leash.ts"
import type { Leashed } from "./leash.ts"
import { logTail } from "./log-tail.ts"
import { waitUntil } from "./wait-until.ts"

/** How the caller runs a worker. Addresses belong into `env`: command lines are public. */
export interface WorkerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Whether it polls for work by now. Without it a worker counts as ready once it runs. */
  readonly isReady?: () => Promise<boolean>
}

/** Starts a worker and waits until it is ready. Ends with this process. */
export async function startWorkerProcess(worker: WorkerCommand, logFile: string): Promise<Leashed> {
  const { command, args, env, cwd, isReady } = worker
  const program = startOnLeash({ command, args, env, logFile, graceMs: 30_000, ...(cwd !== undefined && { cwd }) })
  const ready = await waitUntil(() => isReady?.() ?? program.isRunning(), {
    timeoutMs: 60_000,
    giveUp: () => !program.isRunning(),
  })
  if (ready && program.isRunning()) return program
  await program.stop()
  throw new TransientError({
    code: "STACK_START_FAILED",
    subject: "worker",
    message: `the worker did not start: ${await logTail(logFile, 5)}`,
    hint: `Its log is ${logFile}.`,
  })
}
