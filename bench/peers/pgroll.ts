import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import type { Secret } from "../../src/config/config.ts"

/** pgroll, as its users call it: one process per verb. */
export class Pgroll {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** What it needs in a database before the first migration: not measured. */
  async prepare(url: Secret): Promise<void> {
    await this.#call(url, ["init"])
    await inFolder((folder) => this.#call(url, ["baseline", "0000_before", folder, "--yes"]))
  }

  /** Starts a migration: everything up to and with the backfill. */
  async start(url: Secret, operations: readonly object[]): Promise<void> {
    await inFolder(async (folder) => {
      const file = join(folder, "0001_change.json")
      await writeFile(file, JSON.stringify({ operations }))
      await this.#call(url, ["start", file])
    })
  }

  /** Ends the old shape. */
  async complete(url: Secret): Promise<void> {
    await this.#call(url, ["complete"])
  }

  async #call(url: Secret, args: readonly string[]): Promise<void> {
    const address = new URL(url.reveal())
    // A password has no place on a command line: libpq's variables say it.
    const env = { ...process.env, PGPASSWORD: decodeURIComponent(address.password) }
    address.password = ""
    address.searchParams.set("sslmode", "disable")
    await promisify(execFile)(this.#path, [...args, "--postgres-url", address.href], { env, cwd: tmpdir() })
  }
}

/** Finds pgroll, or builds it, which takes a minute; answers why where it can't be had. */
export async function findPgroll(): Promise<Pgroll | string> {
  const script = pathToFileURL(join(packageDirectory(), "tools", "setup", "pgroll.mjs")).href
  const tool = (await import(script)) as { readonly findPgroll: () => Promise<string> }
  try {
    return new Pgroll(await tool.findPgroll())
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"))
  try {
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
