import { execFile } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import type { Secret } from "../../src/config/config.ts"

export interface PgbenchOptions {
  /** Folder of PostgreSQL's programs. */
  readonly binDirectory: string
  readonly url: Secret
  /** One transaction, in pgbench's words. */
  readonly script: string
  readonly seconds: number
  readonly connections: number
  /** False: a commit doesn't wait for the disk, so that nothing hides what a statement costs. */
  readonly waitsForDisk: boolean
}

/** Transactions per second that PostgreSQL's own load generator reaches. */
export async function pgbench(options: PgbenchOptions): Promise<number> {
  const { binDirectory, url, script, seconds, connections, waitsForDisk } = options
  const address = new URL(url.reveal())
  const folder = await mkdtemp(join(tmpdir(), "sluice-pgbench-"))
  try {
    const file = join(folder, "script.sql")
    await writeFile(file, script)
    const args = ["-n", "-M", "prepared", "-c", String(connections), "-T", String(seconds), "-f", file]
    const { stdout } = await promisify(execFile)(join(binDirectory, "pgbench"), args, {
      env: {
        ...process.env,
        PGHOST: address.hostname,
        PGPORT: address.port,
        PGUSER: decodeURIComponent(address.username),
        PGPASSWORD: decodeURIComponent(address.password),
        PGDATABASE: address.pathname.slice(1),
        PGOPTIONS: `-c synchronous_commit=${waitsForDisk ? "on" : "off"}`,
      },
    })
    const found = /tps = ([\d.]+)/.exec(stdout)?.[1]
    if (found === undefined) throw new Error("pgbench tells no rate")
    return Number(found)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
