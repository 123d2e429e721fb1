import { fork } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Secret } from "../../config/config.ts"
import { BugError, UserError } from "../../domain/errors.ts"
import { packageDirectory } from "../../stack/toolchain.ts"
import type { LiveApplication } from "./application.ts"
import type { CallName, Calls, Response } from "./protocol.ts"
import type { Workload } from "./workload.ts"

/** Starts an application in a process of its own, which ends with this one at the latest. */
export async function startApplicationProcess(options: {
  readonly name: string
  readonly url: Secret
  readonly workload: Workload
}): Promise<LiveApplication> {
  const { name, url, workload } = options
  const main = join(packageDirectory(), "dist", "src", "demo", "application", "main.js")
  if (!existsSync(main)) {
    const message = `${main} is missing: the project isn't built`
    throw new UserError({ code: "STACK_NOT_BUILT", subject: main, message, hint: "Run `npm run build`." })
  }
  const child = fork(main, { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] })
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>()
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  child.on("message", (response: Response) => {
    const call = waiting.get(response.id)
    waiting.delete(response.id)
    if ("error" in response) call?.reject(failed(response.error))
    else call?.resolve(response.answer)
  })
  child.once("exit", (code, signal) => {
    for (const call of waiting.values()) call.reject(failed(`the application's process ended (${code ?? signal})`))
    waiting.clear()
  })
  let lastId = 0
  const ask = <Name extends CallName>(call: Name, argument: Calls[Name]["argument"]): Promise<Calls[Name]["answer"]> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve: (answer) => resolve(answer as Calls[Name]["answer"]), reject })
      child.send({ id, call, argument }, (error) => {
        if (error && waiting.delete(id)) reject(error)
      })
    })
  await ask("start", { name, url: url.reveal(), workload })
  return {
    pid: child.pid ?? 0,
    report: () => ask("report", null),
    use: async (statements) => void (await ask("use", statements)),
    makes: (calls) => ask("makes", calls),
    stop: () => ask("stop", null),
    compare: ({ url: other, ...rest } = {}) =>
      ask("compare", { ...rest, ...(other !== undefined && { url: other.reveal() }) }),
    async close() {
      if (child.connected) {
        await ask("stop", null).catch(() => {})
        child.disconnect()
      }
      await ended
    },
  }
}

function failed(message: string): BugError {
  return new BugError({ code: "BUG", subject: "application", message })
}
