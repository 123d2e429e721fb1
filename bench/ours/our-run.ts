import { defaultLimits } from "../../src/config/limits.ts"
import type { Limits, TargetConfig } from "../../src/config/config.ts"
import type { BackfillStep, SqlStep, Step } from "../../src/domain/step.ts"
import type { Attempt } from "../../src/execution/attempt.ts"
import { runBackfill, type BackfillResult } from "../../src/execution/backfill.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { registerRun } from "../../src/execution/register-run.ts"
import type { ExecutionObserver, TargetRun } from "../../src/execution/target-run.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { runVerify } from "../../src/execution/verify.ts"
import { withSession } from "../../src/postgres/session.ts"
import { loadParser } from "../../src/sql/parser.ts"
import type { Change } from "../change/change.ts"
import type { Database } from "../ground/database.ts"

const attempt: Attempt = { signal: new AbortController().signal, number: 1, heartbeat: () => {} }
const observer: ExecutionObserver = {
  blockers: async () => {},
  progress: async () => {},
  offendingKeys: async () => {},
}

/** A run of a change, carried out step by step with what the worker's activities call, as the role that owns the table. */
export class OurRun {
  readonly #run: TargetRun

  private constructor(run: TargetRun) {
    this.#run = run
  }

  /** Compiles the change against the database and registers the run, with the default limits. */
  static async begin(database: Database, change: Change, limits: Partial<Limits> = {}): Promise<OurRun> {
    await loadParser()
    const target = targetOf(database, limits)
    return withSession({ url: target.url, applicationName: "bench" }, async (session) => {
      const plan = await change.plan(session, { ...target, strategy: "expand-contract" })
      const run = { run: `bench-${plan.hash.slice(0, 8)}-1`, plan, target }
      await registerRun(session, { ...run, workflowId: "bench" })
      return new OurRun(run)
    })
  }

  get steps(): readonly Step[] {
    return this.#run.plan.steps
  }

  /** Everything up to where dual write has begun. */
  async expand(): Promise<void> {
    for (const step of this.steps.filter(({ phase }) => phase === "expand")) await this.perform(step)
  }

  /** Fills every row. */
  async fill(): Promise<BackfillResult> {
    const step = this.steps.find((each): each is BackfillStep => each.action === "backfill")
    if (!step) throw new Error("the plan fills nothing")
    return runBackfill(this.#run, step, attempt, observer)
  }

  async perform(step: Step): Promise<void> {
    if (step.action === "backfill") await runBackfill(this.#run, step, attempt, observer)
    else if (step.action === "verify") await runVerify(this.#run, step, attempt, observer)
    else await performStep(this.#run, step, attempt, observer)
  }

  async undo(step: SqlStep): Promise<void> {
    await undoStep(this.#run, step, attempt, observer)
  }
}

function targetOf(database: Database, limits: Partial<Limits>): TargetConfig {
  return {
    name: "bench",
    url: database.owner,
    schemas: ["public"],
    versions: { schemas: false, roles: { old: null, new: null } },
    gates: { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" },
    soakMs: 0,
    keepMs: 0,
    limits: { ...defaultLimits, ...limits },
    probes: [],
  }
}
