import { afterEach, beforeEach, expect, test } from "vitest"
import { plan } from "../../src/app/plan.ts"
import { showStatus } from "../../src/app/status.ts"
import { lookOf } from "../../src/cli/render/look.ts"
import { renderRun } from "../../src/cli/render/run.ts"
import { recordDecision } from "../../src/ledger/decisions.ts"
import { setRunState } from "../../src/ledger/run-state.ts"
import { createRun } from "../../src/ledger/runs.ts"
import { Bench } from "./bench.ts"

let bench: Bench
beforeEach(async () => {
  bench = await Bench.begin({ address: "127.0.0.1:1", namespace: "default" })
})
afterEach(() => bench.end())

test("says who has paused the run, when and why, for as long as it is", async () => {
  const app = await bench.app()
  const control = await app.control()
  const { plan: made } = await plan(app, { target: "shop" })
  const { run } = await createRun(control, { target: "shop", plan: made, startedBy: "t", workflowId: "w" })
  const pause = {
    run,
    planHash: "p",
    verb: "pause",
    gate: null,
    evidenceHash: null,
    nonce: null,
    by: "update",
  } as const
  for (const [actor, reason] of [
    ["ann", null],
    ["bob", "a sale begins"],
  ] as const)
    await recordDecision(control, { ...pause, actor, reason, about: null, refusal: null })
  expect((await showStatus(app, run)).paused).toBeNull()
  const at = { phase: "backfill", waitingFor: null, findings: [] } as const
  await setRunState(control, { run }, { ...at, state: "paused" })
  const status = await showStatus(app, run)
  expect(status.paused).toMatchObject({ actor: "bob", reason: "a sale begins", at: expect.any(String) })
  expect(renderRun(status, lookOf({ isTTY: false, columns: undefined }, {}), Date.now())).toMatch(
    /^Paused by bob at .* UTC: a sale begins$/m,
  )
})
