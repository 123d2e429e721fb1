import { userInfo } from "node:os"
import type { Command } from "commander"
import type { App } from "../app/context.ts"
import { readProjectFolder, type ProjectFolder } from "../config/folder.ts"
import type { LoadOptions } from "../config/load.ts"
import { Output, type Surroundings } from "./output.ts"

/** Options that every verb takes. */
export interface GlobalOptions {
  readonly config?: string
  readonly json?: boolean
  readonly actor?: string
}

/** One invocation: what the commands share. `exitCode` is what the process will exit with. */
export class Cli {
  readonly surroundings: Surroundings
  readonly output: Output
  exitCode = 0
  #globals: GlobalOptions = {}

  constructor(surroundings: Surroundings, json: boolean) {
    this.surroundings = surroundings
    this.output = new Output(surroundings, json)
  }

  /** Called once the options are parsed. */
  adopt(program: Command): void {
    this.#globals = program.opts<GlobalOptions>()
  }

  /** `--actor`, SLUICE_ACTOR, or the operating system's user. */
  get actor(): string {
    const { env } = this.surroundings
    return this.#globals.actor || env["SLUICE_ACTOR"] || osUser(env)
  }

  get loadOptions(): LoadOptions {
    const { cwd, env } = this.surroundings
    return { file: this.#globals.config, cwd, env }
  }

  projectFolder(): ProjectFolder {
    return readProjectFolder(this.loadOptions)
  }

  /** Runs a use case with configuration and connections, which are closed whatever happens. */
  async withApp<T>(work: (app: App) => Promise<T>): Promise<T> {
    // Temporal's client takes most of a second to load: like every use case, only the verbs that need it pay for it.
    const { withApp } = await import("../app/context.ts")
    return withApp({ ...this.loadOptions, actor: this.actor }, work)
  }
}

function osUser(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username
  } catch {
    // A container may run with a user id that has no name.
    return env["USER"] || `uid ${process.getuid?.() ?? "unknown"}`
  }
}
