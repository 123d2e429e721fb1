import { arch, cpus, platform, totalmem } from "node:os"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { promisify } from "node:util"
import { findToolchain } from "../src/stack/toolchain.ts"

/** On what it was measured: nothing that names the machine or a place on it. */
export interface Machine {
  readonly cores: number
  readonly processor: string
  readonly memoryGb: number
  readonly system: string
  readonly postgres: string
  readonly node: string
  /** ISO, the day. */
  readonly date: string
}

export async function describeMachine(): Promise<Machine> {
  const [core] = cpus()
  return {
    cores: cpus().length,
    processor: core?.model ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    postgres: await postgresVersion(),
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
  }
}

async function postgresVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)(join(findToolchain().postgresBin, "postgres"), ["--version"])
  return /\(PostgreSQL\) (\S+)/.exec(stdout)?.[1] ?? stdout.trim()
}
