import { afterEach, beforeEach, expect, test } from "vitest"
import { plan } from "../../src/app/plan.ts"
import { createRun } from "../../src/ledger/runs.ts"
import { Bench } from "../app/bench.ts"
import { sluice } from "./sluice.ts"

let bench: Bench
beforeEach(async () => {
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
})
afterEach(() => bench.end())

test("a run's plan is shown with its undos, also when no plan can be made any more", async () => {
  const app = await bench.app()
  const { plan: made } = await plan(app, { target: "shop" })
  const workflowId = "expand-contract/shop/none"
  const { run } = await createRun(await app.control(), { target: "shop", plan: made, startedBy: "tester", workflowId })
  // As an undo that was left out leaves it: what would be planned is there.
  await bench.target.query("ALTER TABLE people ADD COLUMN email text")
  expect((await sluice(bench.folder, ["plan", "--sql"], bench.env)).code).toBe(2)
  const shown = await sluice(bench.folder, ["plan", "--run", run, "--sql"], bench.env)
  expect([shown.code, shown.stderr]).toEqual([0, ""])
  expect(shown.stdout).toContain(made.steps[0]?.id)
  expect(shown.stdout).toContain(made.steps[0]?.undo?.split("\n")[0])
  expect(shown.stdout).not.toContain("Start it with")
  const document = (await sluice(bench.folder, ["plan", "--run", run, "--json"], bench.env)).json()
  expect(document).toMatchObject({ plan: { hash: made.hash } })
})

test("a run's plan is what it is: nothing can be asked of it as of one that is made", async () => {
  for (const more of [["--gate", "switch=auto"], ["0001_email"]]) {
    const { code, stderr } = await sluice(bench.folder, ["plan", "--run", "some", ...more], bench.env)
    expect([code, stderr]).toEqual([2, expect.stringContaining("BAD_ARGUMENT")])
  }
})
