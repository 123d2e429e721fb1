import { afterEach, beforeEach, expect, test } from "vitest"
import { shellWord } from "../../src/domain/shell-word.ts"
import { Bench } from "../app/bench.ts"
import { sluice } from "./sluice.ts"

let bench: Bench

beforeEach(async () => {
  // Nobody listens on port 1: a start whose plan is the one that was looked at comes as far as that.
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
  bench.write("0002_more.yaml", "title: More\noperations: []\n")
})
afterEach(() => bench.end())

test("the line that plan prints, typed as it stands, starts that very plan", async () => {
  const options = ["0001_email", "--role", "old=app v1", "--gate", "contract=manual", "--gate", "purge=30m"]
  const { stdout } = await sluice(bench.folder, ["plan", ...options], bench.env)
  const line = stdout.split("Start it with: sluice ")[1]?.trim() ?? ""
  expect(line).toContain(shellWord("old=app v1"))
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "")
  const started = await sluice(bench.folder, [...words, "--json"], bench.env)
  expect(started.json()).toMatchObject({ error: { code: "TEMPORAL_UNREACHABLE" } })
  const without = words.filter((word) => word !== "--gate" && word !== "purge=30m" && word !== "contract=manual")
  const other = await sluice(bench.folder, [...without, "--json"], bench.env)
  expect(other.json()).toMatchObject({ error: { code: "PLAN_CHANGED" } })
})
