import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { join } from "node:path"
import type { Secret } from "../../src/config/config.ts"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import type { Command, Span, Version } from "./protocol.ts"

/** An application under load, in a process of its own. Calls are made one after the other. */
export class Load {
  readonly #child: ChildProcess
  #waiting: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void } | null = null

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on("message", (message: { readonly answer: unknown } | { readonly error: string }) => {
      if ("error" in message) this.#waiting?.reject(new Error(message.error))
      else this.#waiting?.resolve(message.answer)
    })
    child.once("exit", (code) => this.#waiting?.reject(new Error(`the load's process ended (${code})`)))
  }

  /** Connects; nothing is requested yet. */
  static async begin(url: Secret, { connections, rows }: { connections: number; rows: number }): Promise<Load> {
    const main = join(packageDirectory(), "dist", "bench", "load", "main.js")
    const load = new Load(fork(main, { stdio: ["ignore", "inherit", "inherit", "ipc"], execArgv: [] }))
    await load.#ask({ do: "connect", url: url.reveal(), connections, rows })
    return load
  }

  /** Requests per second from now on; null: as many as are answered. */
  async at(rate: number | null): Promise<void> {
    await this.#ask({ do: "load", rate })
  }

  async deploy(version: Version): Promise<void> {
    await this.#ask({ do: "deploy", version })
  }

  /** What happened since the last mark. */
  async mark(): Promise<Span> {
    return (await this.#ask({ do: "mark" })) as Span
  }

  /** Answers what is under way, and ends. */
  async end(): Promise<void> {
    if (!this.#child.connected) return
    const ended = new Promise((resolve) => this.#child.once("exit", resolve))
    await this.#ask({ do: "stop" }).catch(() => {})
    this.#child.disconnect()
    await ended
  }

  #ask(command: Command): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#child.send(command, (error) => {
        if (error) reject(error)
      })
    })
  }
}
