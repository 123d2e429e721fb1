import { expect } from "vitest"
import type { Finding } from "../../../src/domain/finding.ts"
import type { Plan } from "../../../src/domain/plan.ts"
import type { Step } from "../../../src/domain/step.ts"
import type { Limits } from "../../../src/config/config.ts"
import type { Attempt } from "../../../src/execution/attempt.ts"
import { runBackfill, undoBackfill } from "../../../src/execution/backfill.ts"
import { performStep } from "../../../src/execution/perform-step.ts"
import type { TargetRun } from "../../../src/execution/target-run.ts"
import { undoStep } from "../../../src/execution/undo-step.ts"
import { runVerify } from "../../../src/execution/verify.ts"
import { catalogWish, compilePlan } from "../../../src/planner/compile.ts"
import type { PlanTarget } from "../../../src/planner/compile.ts"
import type { PlanEvidence } from "../../../src/planner/evidence.ts"
import { readCatalog } from "../../../src/postgres/catalog-reader.ts"
import { createDatabase } from "../../harness/database.ts"
import type { TestDatabase } from "../../harness/database.ts"
import { asSession, attemptOf, targetAt, Witness, runOn } from "../../execution/setting.ts"
import { revision, target as sampleTarget } from "../../planner/sample-catalog.ts"

type Declared = Readonly<Record<string, unknown>>

/** What the plan is made of, and for which limits and versions. */
type How = [operations: readonly Declared[], limits?: Partial<Limits>, id?: string, versions?: PlanTarget["versions"]]

/** A plan of operations on a database, whose steps are done and undone one by one as a worker does them. */
export class Purging {
  readonly database: TestDatabase
  readonly plan: Plan
  readonly findings: readonly Finding[]
  readonly witness = new Witness()
  readonly run: TargetRun
  /** Ids of the steps that were done, in their order. */
  readonly #done: string[] = []

  private constructor(
    database: TestDatabase,
    { plan, ...evidence }: PlanEvidence & { plan: Plan },
    limits: Partial<Limits>,
  ) {
    this.database = database
    this.plan = plan
    this.findings = evidence.findings
    const madeFrom = () => Promise.resolve(evidence)
    this.run = { run: "test-aaaaaaaa-1", plan, target: targetAt(database.url, limits), madeFrom }
  }

  static async begin(given: string, ...how: How): Promise<Purging> {
    return Purging.on(await createDatabase({ schema: given }), ...how)
  }

  /** The same on a database that is there, which ends with it. */
  static async on(
    database: TestDatabase,
    ...[operations, limits = {}, id = "0002_drop", versions = sampleTarget.versions]: How
  ): Promise<Purging> {
    const target: PlanTarget = { ...sampleTarget, keepMs: 0, versions }
    await runOn(database.url, [])
    const revisions = [revision(id, ...operations)]
    const catalog = await asSession(database.url, (session) => readCatalog(session, catalogWish(revisions, target)))
    const { plan, findings } = compilePlan({ revisions, catalog, target })
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
    if (!plan) throw new Error("no plan")
    return new Purging(database, { plan, findings, revisions, catalog }, limits)
  }

  /** Does every step up to the one of this id, and that one. */
  async through(id: string): Promise<void> {
    if (!this.plan.steps.some((step) => step.id === id)) throw new Error(`no step ${id}`)
    for (const step of this.plan.steps) {
      if (!this.#done.includes(step.id)) await this.perform(step)
      if (step.id === id) return
    }
  }

  /** Does everything before the purge. */
  async contract(): Promise<void> {
    await this.through("contract/hide")
  }

  async perform(step: Step, attempt: Attempt = attemptOf()): Promise<void> {
    if (step.action === "sql") await performStep(this.run, step, attempt, this.witness)
    else if (step.action === "backfill") await runBackfill(this.run, step, attempt, this.witness)
    else await runVerify(this.run, step, attempt, this.witness)
    this.#done.push(step.id)
  }

  /** Takes back what was done, the newest first, until the step of this id is taken back; without one all of it. */
  async back(id?: string): Promise<void> {
    for (let last = this.#done.at(-1); last !== undefined; last = this.#done.at(-1)) {
      await this.undo(this.step(last))
      if (last === id) return
    }
  }

  async undo(step: Step, attempt: Attempt = attemptOf()): Promise<void> {
    if (step.undo !== null) {
      if (step.action === "backfill") await undoBackfill(this.run, step, attempt, this.witness)
      else await undoStep(this.run, step, attempt, this.witness)
    }
    this.#done.splice(this.#done.lastIndexOf(step.id), 1)
  }

  step(id: string): Step {
    const found = this.plan.steps.find((step) => step.id === id)
    if (!found) throw new Error(`no step ${id}`)
    return found
  }

  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.database.query<Row>(text, values)
  }

  end(): Promise<void> {
    return this.database.drop()
  }
}
