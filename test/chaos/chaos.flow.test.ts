import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { campaign } from "./campaign.ts"
import { name } from "./changes/name.ts"

test("a dead worker, a dead PostgreSQL, a dead Temporal and a zombie: each run ends as an unharmed one", async () => {
  const directory = await mkdtemp(join(tmpdir(), "sluice-chaos-"))
  try {
    const runs = await campaign({ directory, change: name, seed: 7, runs: 4, say: () => {} })
    expect(runs.map(({ blow }) => blow)).toEqual(["none", "worker", "postgres", "temporal", "zombie"])
    expect(runs.flatMap(({ blow, phase, problems }) => problems.map((problem) => [blow, phase, problem]))).toEqual([])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}, 300_000)
