import { spawn } from "node:child_process"
import { mkdirSync, openSync, closeSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { TransientError } from "../domain/errors.ts"
import { logTail } from "../stack/log-tail.ts"
import { stackFolder } from "../stack/state.ts"
import { stackStatus } from "../stack/status.ts"
import { packageDirectory } from "../stack/toolchain.ts"

/** How long the stack may take to come up, in milliseconds. A first start makes a cluster. */
const patienceMs = 120_000

/** Starts `sluice dev` in a process of its own and waits until its worker polls. */
export async function startDetached(cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (stackStatus(cwd).running) return
  const logFile = join(stackFolder(cwd), "dev.log")
  mkdirSync(stackFolder(cwd), { recursive: true })
  const log = openSync(logFile, "w", 0o600)
  const main = join(packageDirectory(), "dist", "src", "cli", "main.js")
  const child = spawn(process.execPath, [main, "dev"], { cwd, env, detached: true, stdio: ["ignore", log, log] })
  closeSync(log)
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject)
    child.once("exit", (code) => void notStarted(logFile, code).then(reject, reject))
  })
  await Promise.race([failed, untilWorking(cwd)])
  child.unref()
}

async function untilWorking(cwd: string): Promise<void> {
  const until = Date.now() + patienceMs
  while (Date.now() < until) {
    const { running, parts } = stackStatus(cwd)
    if (running && parts.includes("worker")) return
    await sleep(100)
  }
}

async function notStarted(logFile: string, code: number | null): Promise<TransientError> {
  return new TransientError({
    code: "STACK_START_FAILED",
    subject: "sluice dev",
    message: `the stack didn't start (exit ${code ?? "by a signal"}): ${await logTail(logFile, 3)}`,
    hint: `Its words are in ${logFile}.`,
  })
}
