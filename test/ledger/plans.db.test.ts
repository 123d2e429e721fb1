import { expect, test } from "vitest"
import { hashOf } from "../../src/domain/hash.ts"
import { loadEvidence } from "../../src/ledger/evidence.ts"
import { loadPlan, storePlan } from "../../src/ledger/plans.ts"
import { createRun } from "../../src/ledger/runs.ts"
import { openLedger } from "./open-ledger.ts"
import { samplePlan } from "./sample-plan.ts"

const plan = samplePlan()

test("a plan comes back as it was stored, by its hash or the beginning of it, and is one entry", async () => {
  const { control, ledger } = await openLedger()
  const evidence = { findings: [], catalog: { tables: ["ü", 1.5] } }
  const { evidenceHash } = await storePlan(control, plan, evidence, "ann")
  await storePlan(control, plan, evidence, "bob")
  expect(await loadPlan(control, plan.hash)).toEqual(plan)
  expect(await loadPlan(control, plan.hash.slice(0, 8))).toEqual(plan)
  const { run } = await createRun(control, { target: "shop", plan, startedBy: "ann", workflowId: "w" })
  expect(await loadEvidence(control, run)).toMatchObject([{ kind: "plan", hash: evidenceHash, content: evidence }])
  expect(evidenceHash).toBe(hashOf(evidence))
  const stored = []
  for await (const page of ledger.pages()) stored.push(...page)
  expect(stored.filter(({ kind }) => kind === "plan.stored")).toMatchObject([
    { actor: "ann", detail: { plan: plan.hash, evidenceHash } },
  ])
})

test("a plan that doesn't give its hash is neither stored nor handed out", async () => {
  const { control, database } = await openLedger()
  const tampered = { kind: "RefusedError", code: "PLAN_TAMPERED" }
  await expect(storePlan(control, { ...plan, keepMs: 1 }, {})).rejects.toMatchObject(tampered)
  await storePlan(control, plan, {})
  const change = "UPDATE sluice_control.plan SET body = replace(body, 'SELECT 1', 'SELECT 2')"
  await expect(database.query(change)).rejects.toThrow("is refused")
  await database.query(`ALTER TABLE sluice_control.plan DISABLE TRIGGER refuse_change; ${change}`)
  await expect(loadPlan(control, plan.hash)).rejects.toMatchObject(tampered)
  const forged = samplePlan({ keepMs: 5 })
  await database.query("UPDATE sluice_control.plan SET body = $1", [JSON.stringify(forged)])
  await expect(loadPlan(control, plan.hash)).rejects.toMatchObject(tampered)
})

test("an unknown or ambiguous hash is a UserError", async () => {
  const { control } = await openLedger()
  for (const hash of ["0".repeat(64), "abc", "%", ""]) {
    await expect(loadPlan(control, hash)).rejects.toMatchObject({ kind: "UserError", code: "UNKNOWN_PLAN" })
  }
})

test("evidence that was changed is refused", async () => {
  const { control, database } = await openLedger()
  await storePlan(control, plan, { findings: [] })
  await database.query(`
    ALTER TABLE sluice_control.evidence DISABLE TRIGGER refuse_change;
    UPDATE sluice_control.evidence SET content = '{"findings":[1]}'`)
  const { run } = await createRun(control, { target: "shop", plan, startedBy: "ann", workflowId: "w" })
  await expect(loadEvidence(control, run)).rejects.toMatchObject({ code: "EVIDENCE_TAMPERED" })
})
