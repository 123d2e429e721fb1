import { join } from "node:path"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { findPgroll, type Pgroll } from "../peers/pgroll.ts"
import { BenchServer } from "./server.ts"

/** What benches work on: started when a bench first asks for it, and ended with the last one. */
export class Ground {
  readonly say: (line: string) => void
  readonly #directory = join(packageDirectory(), ".sluice", "bench")
  #server: Promise<BenchServer> | null = null
  #pgroll: Promise<Pgroll | string> | null = null

  constructor(say: (line: string) => void) {
    this.say = say
  }

  /** A PostgreSQL of its own. */
  server(): Promise<BenchServer> {
    this.#server ??= this.#startServer()
    return this.#server
  }

  /** The tool that we are compared with, or why it isn't there. */
  pgroll(): Promise<Pgroll | string> {
    this.#pgroll ??= findPgroll()
    return this.#pgroll
  }

  async end(): Promise<void> {
    const server = await this.#server?.catch(() => null)
    await server?.stop()
  }

  async #startServer(): Promise<BenchServer> {
    this.say("Starting a PostgreSQL for the benches")
    return BenchServer.start(this.#directory)
  }
}
