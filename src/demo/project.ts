import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { packageDirectory } from "../stack/toolchain.ts"

/** The demo's own project folder, as a user's would be: a sluice.yaml and revisions. Made anew each time. */
export function makeDemoProject(): string {
  const directory = join(packageDirectory(), ".sluice", "demo")
  for (const left of ["migrations", "backups", "reports"])
    rmSync(join(directory, left), { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, "sluice.yaml"), configuration)
  cpSync(join(packageDirectory(), "migrations"), join(directory, "migrations"), { recursive: true })
  return directory
}

const configuration = `version: 1
migrations: ./migrations
backups: {directory: ./backups}
targets:
  scheduledb:
    url: \${SCHEDULEDB_URL}
    schemas: [public]
    soak: 2s
    keep: 2s
    # Less rest beside the applications than by default (10): they feel it a little, and the demo is over in two minutes.
    limits: {lockTimeout: 500ms, batchDuration: 50ms, restRatio: 3}
`
