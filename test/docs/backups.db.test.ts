import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { packageDirectory } from "../../src/stack/toolchain.ts"
import { findPostgresTool } from "../../src/postgres/tools.ts"
import { Bench } from "../app/bench.ts"
import { sluice } from "../cli/sluice.ts"

let bench: Bench

beforeEach(async () => {
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
})
afterEach(() => bench.end())

/** The commands of the part on restoring, in their order. */
function commands(): string {
  const [, part = ""] = readFileSync(join(packageDirectory(), "docs", "backups.md"), "utf8").split("## Restoring by hand")
  const blocks = [...part.matchAll(/^ {3}```sh\n([\s\S]*?)^ {3}```$/gm)].map(([, block = ""]) => block)
  return blocks.join("").replaceAll(/^ {3}/gm, "")
}

test("what docs/backups.md says about restoring by hand brings rows back, also where others aren't in the backup", async () => {
  await bench.target.query("CREATE EXTENSION pg_stat_statements")
  await bench.target.query(`SET ROLE ${bench.role.name};
    CREATE TABLE teams (id int PRIMARY KEY); INSERT INTO teams VALUES (1);
    ALTER TABLE people ADD COLUMN team int DEFAULT 1 REFERENCES teams;
    INSERT INTO people SELECT n, 'Person ' || n FROM generate_series(1, 100) AS n`)
  const made = await sluice(bench.folder, ["backup", "create", "0001_email", "--json"], bench.env)
  const { backup } = made.json() as { backup: { id: string; state: string; locale: Record<string, string> } }
  expect(backup.state).toBe("verified")
  const before = await bench.target.query("SELECT * FROM people ORDER BY id")
  await bench.target.query("UPDATE people SET name = 'oops' WHERE id <= 10; DELETE FROM people WHERE id IN (11, 12)")

  const url = bench.env["SHOP_URL"] ?? ""
  const restored = new URL(url)
  restored.pathname = "/restored"
  const script = commands().replaceAll("backups/ID", `backups/${backup.id}`)
  const tools = dirname(await findPostgresTool("pg_restore", 15))
  const said = execFileSync("sh", ["-euc", script], {
    cwd: bench.folder,
    encoding: "utf8",
    env: {
      PATH: `${tools}:${process.env["PATH"] ?? ""}`,
      APP_DATABASE_URL: url,
      RESTORED_URL: restored.href,
    },
  })
  expect(said).toMatch(/changed[\s\S]*\b10\b[\s\S]*gone[\s\S]*\b2\b/)
  expect(await bench.target.query("SELECT * FROM people ORDER BY id")).toEqual(before)
  expect(await bench.target.query("SELECT FROM pg_database WHERE datname = 'restored'")).toEqual([])
})
