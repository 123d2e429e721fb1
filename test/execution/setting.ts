import type { Secret, TargetConfig } from "../../src/config/config.ts"
import { defaultLimits } from "../../src/config/limits.ts"
import type { Plan } from "../../src/domain/plan.ts"
import type { RelationName } from "../../src/domain/relation.ts"
import type { BackfillProgress, Blocker } from "../../src/domain/run.ts"
import type { SqlStep, Step } from "../../src/domain/step.ts"
import type { Attempt } from "../../src/execution/attempt.ts"
import { ensureJournal, readJournal } from "../../src/execution/journal.ts"
import type { ExecutionObserver, TargetRun } from "../../src/execution/target-run.ts"
import { sqlStep } from "../../src/operations/sql-step.ts"
import { withSession, type Session } from "../../src/postgres/session.ts"
import { sql, type Sql } from "../../src/sql/sql.ts"

export const gates = { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" } as const

export function targetAt(url: Secret, limits: Partial<TargetConfig["limits"]> = {}): TargetConfig {
  return {
    name: "test",
    url,
    schemas: ["public"],
    versions: { schemas: false, roles: { old: null, new: null } },
    gates,
    soakMs: 0,
    keepMs: 0,
    limits: {
      ...defaultLimits,
      lockTimeoutMs: 100,
      lockBudgetMs: 20_000,
      batchDurationMs: 50,
      maxReplicaLagMs: null,
      parallelRanges: 2,
      restRatio: 0,
      ...limits,
    },
    probes: [],
  }
}

export function planOf(steps: readonly Step[], more: Partial<Plan> = {}): Plan {
  return {
    format: 1,
    hash: "a".repeat(64),
    target: "test",
    strategy: "expand-contract",
    serverMajor: 15,
    revisions: [],
    relations: steps.flatMap((step) => step.relations),
    shapes: {},
    gates,
    soakMs: 0,
    keepMs: 0,
    versions: { roles: { old: null, new: null }, made: [], ended: [] },
    syncs: [],
    steps,
    dataChecks: [],
    expressionChecks: [],
    ...more,
  }
}

/** A run on the database, entered in its journal. */
export async function runOn(
  url: Secret,
  steps: readonly Step[],
  limits: Partial<TargetConfig["limits"]> = {},
  run = "test-aaaaaaaa-1",
): Promise<TargetRun> {
  await asSession(url, async (session) => {
    await ensureJournal(session)
    await session.query(
      `INSERT INTO sluice.run (run, plan_hash, workflow_id, revisions, relations) VALUES ($1, '', '', '{}', '{}')
       ON CONFLICT DO NOTHING`,
      [run],
    )
  })
  return { run, plan: planOf(steps), target: targetAt(url, limits) }
}

export function asSession<T>(url: Secret, work: (session: Session) => Promise<T>): Promise<T> {
  return withSession({ url, applicationName: "test" }, work)
}

/** An attempt of a test: counts heartbeats. */
export function attemptOf(more: Partial<Attempt> = {}): Attempt {
  return { signal: new AbortController().signal, number: 1, heartbeat: () => {}, ...more }
}

/** Remembers what it was told. */
export class Witness implements ExecutionObserver {
  readonly blockersSeen: (readonly Blocker[])[] = []
  readonly progressSeen: BackfillProgress[] = []
  readonly keysSeen: { readonly code: string; readonly relation: RelationName; readonly keys: readonly string[] }[] = []
  readonly #waiting: { readonly isTrue: () => boolean; readonly done: () => void }[] = []

  async blockers(_step: string, blockers: readonly Blocker[]): Promise<void> {
    this.blockersSeen.push(blockers)
    this.#wake()
  }
  async progress(_step: string, progress: BackfillProgress): Promise<void> {
    this.progressSeen.push(progress)
    this.#wake()
  }
  async offendingKeys(_step: string, code: string, relation: RelationName, keys: readonly string[]): Promise<void> {
    this.keysSeen.push({ code, relation, keys })
  }

  /** Resolves once the condition holds after something was told. */
  async until(isTrue: () => boolean): Promise<void> {
    if (isTrue()) return
    await new Promise<void>((done) => this.#waiting.push({ isTrue, done }))
  }

  #wake(): void {
    for (const { isTrue, done } of this.#waiting) if (isTrue()) done()
  }
}

export function stepOf(parts: Partial<SqlStep> & { readonly sql: Sql; readonly observe: Sql }): SqlStep {
  return sqlStep({
    id: "expand/t/step",
    phase: "expand",
    summary: "Do something",
    undo: null,
    lock: "AccessExclusive",
    needs: [],
    relations: [{ schema: "public", name: "t" }],
    ...parts,
  })
}

/** ALTER TABLE public.t ADD COLUMN, as a step with its undo. */
export function addColumnStep(column: string, more: Partial<SqlStep> = {}): SqlStep {
  const exists = sql`EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.t'::regclass
    AND attname = '${column as Sql}' AND NOT attisdropped)`
  return stepOf({
    sql: sql`ALTER TABLE public.t ADD COLUMN ${column as Sql} integer`,
    undo: sql`ALTER TABLE public.t DROP COLUMN IF EXISTS ${column as Sql}`,
    observe: sql`SELECT CASE WHEN ${exists} THEN 'after' ELSE 'before' END`,
    ...more,
  })
}

/** `do done`, `undo observed`, …: the journal of the run, oldest first. */
export async function journalOf({ run, target }: TargetRun): Promise<readonly string[]> {
  const rows = await asSession(target.url, (session) => readJournal(session, run))
  return rows.map(({ direction, outcome }) => `${direction} ${outcome}`)
}

/** Asks again and again until the answer is true. */
export async function eventually(ask: () => Promise<boolean>): Promise<void> {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 10))
}
