import { expect } from "vitest"
import type { TargetConfig } from "../../src/config/config.ts"
import type { Plan } from "../../src/domain/plan.ts"
import type { SqlStep } from "../../src/domain/step.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { compilePlan, referencedBy } from "../../src/planner/compile.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { asSession, runOn } from "../execution/setting.ts"
import type { TestDatabase } from "../harness/database.ts"
import { revision, target } from "../planner/sample-catalog.ts"

export interface PlannedRun {
  readonly run: TargetRun
  readonly plan: Plan
  /** Those of expand and backfill, in their order. */
  readonly steps: readonly SqlStep[]
  readonly warnings: readonly string[]
}

/** A run of one revision on a database as it is now, with its journal installed and nothing done yet. */
export async function plannedRun(
  database: TestDatabase,
  operations: readonly Readonly<Record<string, unknown>>[],
  limits: Partial<TargetConfig["limits"]> = {},
): Promise<PlannedRun> {
  const revisions = [revision("0001", ...operations)]
  const wish = { schemas: ["public"], ...referencedBy(revisions, "public") }
  const catalog = await asSession(database.url, (session) => readCatalog(session, wish))
  const { plan, findings } = compilePlan({ revisions, catalog, target })
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
  if (!plan) throw new Error("no plan, and no finding that says why")
  const run = await runOn(database.url, plan.steps, limits)
  const steps = plan.steps.filter((step) => step.action === "sql").filter(({ phase }) => phase !== "contract")
  return { run, plan, steps, warnings: findings.map(({ code }) => code) }
}
