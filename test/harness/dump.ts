import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { inject } from "vitest"
import type { TestDatabase } from "./database.ts"

/** Everything that pg_dump knows of a database but our own schema, line by line; rows sorted: nobody promises an order. */
export async function dumpOf(database: TestDatabase): Promise<readonly string[]> {
  const { host, port, password, binDirectory } = inject("postgres")
  const options = ["--restrict-key=x", "--exclude-schema=sluice*", "--inserts"]
  const { stdout } = await promisify(execFile)(`${binDirectory}/pg_dump`, [...options, database.name], {
    env: { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: "postgres", PGPASSWORD: password },
    maxBuffer: 64 * 1024 * 1024,
  })
  const lines = stdout.split("\n")
  const isRow = (line: string): boolean => line.startsWith("INSERT INTO ")
  return [...lines.filter((line) => !isRow(line)), ...lines.filter(isRow).toSorted()]
}
