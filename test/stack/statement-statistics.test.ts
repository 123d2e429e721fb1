import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { statementStatistics } from "../../src/stack/statement-statistics.ts"

let prefix: string
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), "sluice-install-"))
  for (const folder of ["bin", "lib/postgresql"]) mkdirSync(join(prefix, folder), { recursive: true })
  writeFileSync(join(prefix, "bin", "postgres"), "")
})
afterEach(() => rmSync(prefix, { recursive: true }))

test("a server without the library is told nothing of it: it would not start", () => {
  expect(statementStatistics(join(prefix, "bin"))).toEqual({})
})

test("the library is found beside the program, also where that is a link", () => {
  writeFileSync(join(prefix, "lib/postgresql/pg_stat_statements.so"), "")
  const loaded = { shared_preload_libraries: "pg_stat_statements" }
  expect(statementStatistics(join(prefix, "bin"))).toEqual(loaded)
  mkdirSync(join(prefix, "links"))
  symlinkSync(join(prefix, "bin", "postgres"), join(prefix, "links", "postgres"))
  expect(statementStatistics(join(prefix, "links"))).toEqual(loaded)
})
