import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { findPgroll, type Pgroll } from "../peers/pgroll.ts"
import { BenchServer } from "./server.ts"
import { BenchStack } from "./stack.ts"

/** What benches work on: started when a bench first asks for it, and ended with the last one. */
export class Ground {
  readonly say: (line: string) => void
  readonly #directory = join(packageDirectory(), ".sluice", "bench")
  #server: Promise<BenchServer> | null = null
  #stack: Promise<BenchStack> | null = null
  #pgroll: Promise<Pgroll | string> | null = null

  constructor(say: (line: string) => void) {
    this.say = say
  }

  /** A PostgreSQL of its own. */
  server(): Promise<BenchServer> {
    this.#server ??= this.#startServer()
    return this.#server
  }

  /** The whole of Sluice, with another PostgreSQL. */
  stack(): Promise<BenchStack> {
    this.#stack ??= this.#startStack()
    return this.#stack
  }

  /** The tool that we are compared with, or why it isn't there. */
  pgroll(): Promise<Pgroll | string> {
    this.#pgroll ??= findPgroll()
    return this.#pgroll
  }

  async end(): Promise<void> {
    const server = await this.#server?.catch(() => null)
    const stack = await this.#stack?.catch(() => null)
    await Promise.all([server?.stop(), stack?.stop()])
  }

  async #startStack(): Promise<BenchStack> {
    const directory = join(this.#directory, "stack")
    mkdirSync(directory, { recursive: true })
    return BenchStack.start(directory, this.say)
  }

  async #startServer(): Promise<BenchServer> {
    this.say("Starting a PostgreSQL for the benches")
    return BenchServer.start(this.#directory)
  }
}
