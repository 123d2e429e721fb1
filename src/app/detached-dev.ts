import { spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { TransientError } from "../domain/errors.ts"
import { stackFolder } from "../stack/state.ts"
import { stackStatus, type StackStatus } from "../stack/status.ts"
import { stopStack } from "../stack/stop.ts"
import { packageDirectory } from "../stack/toolchain.ts"
import { waitUntil } from "../stack/wait-until.ts"
import type { DevOptions } from "./dev.ts"
import { changedVariables } from "./worker-environment.ts"

/** A first start makes a cluster. */
const startWithinMs = 180_000

/**
 * Sees to it that the whole of this folder's stack runs in the background. What its own process is about to start, or
 * to start again, is waited for; a stack that stays half dead is ended and started anew. Answers null where it runs, or
 * the document of a start that failed (see `detachDev`).
 */
export async function ensureDetached(options: DevOptions): Promise<{ readonly document: unknown } | null> {
  const { directory, say } = options
  const look = (): StackStatus => stackStatus(directory)
  const first = look()
  if (first.dead.length > 0 && mendsItself(first))
    say(`${first.dead.join(" and ")} died; process ${first.ownerPid} is starting that again.`)
  const whole = await waitUntil(() => isWhole(look()), {
    timeoutMs: startWithinMs,
    everyMs: 250,
    giveUp: () => !mendsItself(look()),
  })
  if (whole) {
    tellKeptEnvironment(options, first)
    return null
  }
  const { ownerPid, dead } = look()
  if (ownerPid !== null) {
    const what = dead.length > 0 ? `${dead.join(" and ")} died` : "it doesn't come up"
    say(`The embedded stack of process ${ownerPid} is ended and started anew: ${what}.`)
    await stopStack(directory)
  }
  return { document: await detachDev(options) }
}

/** A worker that runs already knows nothing of what has been exported since. */
function tellKeptEnvironment({ directory, say, ...options }: DevOptions, { parts }: StackStatus): void {
  if (!parts.includes("worker")) return
  const changed = changedVariables(directory, options)
  if (changed !== null && changed.length === 0) return
  const what =
    changed === null ? "" : `: ${changed.join(", ")} ${changed.length === 1 ? "is" : "are"} set otherwise here`
  say(
    `The worker keeps the environment that it was started with${what}. To give it this one: sluice dev --stop && sluice dev --detach`,
  )
}

function isWhole({ running, dead }: StackStatus): boolean {
  return running && dead.length === 0
}

/** Whether waiting may be enough: its process is there, and has given nothing up that died. */
function mendsItself({ ownerPid, dead, supervised, givenUp }: StackStatus): boolean {
  return ownerPid !== null && givenUp.length === 0 && (dead.length === 0 || supervised)
}

/**
 * Starts `sluice dev` in a process of its own that outlives this one, and waits until it is up or has failed. Answers
 * the one JSON document that it prints then; null where it ended without a word.
 */
async function detachDev(options: DevOptions): Promise<unknown> {
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
