import { expect, test } from "vitest"
import { gatesPassedOf, recordDecision, recordGate, type Decision } from "../../src/ledger/decisions.ts"
import { loadEvidence } from "../../src/ledger/evidence.ts"
import { storePlan } from "../../src/ledger/plans.ts"
import { createRun } from "../../src/ledger/runs.ts"
import { openLedger } from "./open-ledger.ts"
import { samplePlan } from "./sample-plan.ts"

async function openRun() {
  const opened = await openLedger()
  const plan = samplePlan()
  await storePlan(opened.control, plan, { findings: [] })
  const { run } = await createRun(opened.control, { target: "shop", plan, startedBy: "ann", workflowId: "w" })
  const decision: Decision = {
    actor: "bob",
    run,
    planHash: plan.hash,
    verb: "proceed",
    gate: "switch",
    evidenceHash: null,
    reason: "fine",
    nonce: "n-1",
    by: "update",
    refusal: null,
  }
  return { ...opened, plan, run, decision }
}

test("a decision with the same nonce counts once, also when both arrive together", async () => {
  const { control, decision, ledger, run } = await openRun()
  const both = await Promise.all([recordDecision(control, decision), recordDecision(control, decision)])
  expect(both.map(({ counted }) => counted).toSorted()).toEqual([false, true])
  expect(both[0].entry).toEqual(both[1].entry)
  const again = await recordDecision(control, { ...decision, nonce: null })
  expect(again.counted).toBe(true)
  const kinds = (await ledger.entriesOf(run)).map(({ kind }) => kind)
  expect(kinds).toEqual(["run.started", "decision.accepted", "decision.accepted"])
})

test("a refused decision is recorded with its reason and may come again", async () => {
  const { control, decision, ledger, run } = await openRun()
  const refusal = { code: "GATE_NOT_OPEN", message: "the gate switch isn't open" }
  await recordDecision(control, { ...decision, refusal })
  expect(await gatesPassedOf(control, run)).toEqual([])
  expect(await recordDecision(control, decision)).toMatchObject({ counted: true })
  expect((await ledger.entriesOf(run))[1]).toMatchObject({
    kind: "decision.refused",
    actor: "bob",
    detail: { refusal },
  })
  await recordDecision(control, { ...decision, gate: "dual-write", nonce: "n-2" })
  expect(await gatesPassedOf(control, run)).toEqual(["switch", "dual-write"])
})

test("a gate's evidence is hashed, kept, and opened once", async () => {
  const { control, plan, ledger, run } = await openRun()
  const gate = { run, planHash: plan.hash, gate: "contract", evidence: { rows: 7, mismatches: 0 } } as const
  const first = await recordGate(control, gate)
  expect(await recordGate(control, gate)).toEqual(first)
  expect(await loadEvidence(control, run)).toMatchObject([
    { kind: "plan", content: { findings: [] } },
    { kind: "gate/contract", hash: first.evidenceHash, content: { rows: 7, mismatches: 0 } },
  ])
  const opened = (await ledger.entriesOf(run)).filter(({ kind }) => kind === "gate.opened")
  expect(opened).toMatchObject([{ detail: { gate: "contract", evidenceHash: first.evidenceHash } }])
})
