import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { expect, inject } from "vitest"
import { differenceOf } from "../../src/catalog/difference.ts"
import type { Catalog } from "../../src/catalog/model.ts"
import type { Phase } from "../../src/domain/phase.ts"
import type { Plan } from "../../src/domain/plan.ts"
import type { BackfillStep, Step, VerifyStep } from "../../src/domain/step.ts"
import { ensureJournal } from "../../src/execution/schema/ensure-journal.ts"
import type { Operation, OperationExample } from "../../src/operations/operation.ts"
import { compilePlan, judgeRevisions, referencedBy } from "../../src/planner/compile.ts"
import type { PlanTarget } from "../../src/planner/compile.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { runDataChecks } from "../../src/postgres/data-checks.ts"
import { checkExpressions } from "../../src/postgres/expressions.ts"
import { withSession } from "../../src/postgres/session.ts"
import type { Session } from "../../src/postgres/session.ts"
import type { Revision } from "../../src/revisions/revision.ts"
import { createDatabase } from "./database.ts"
import type { TestDatabase } from "./database.ts"

const bareTarget: PlanTarget = {
  name: "lifecycle",
  schemas: ["public"],
  versions: { schemas: false, roles: { old: null, new: null } },
  gates: { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" },
  soakMs: 0,
  keepMs: 0,
  strategy: "expand-contract",
}

/** Keys of few rows, so that a few hundred rows make several batches. */
const rowsPerBatch = 60

/**
 * One example of an operation on a real database, with a twin of it that never hears of the change: what
 * applications write goes to both, so that afterwards both must hold the same.
 */
export class Lifecycle {
  readonly plan: Plan
  readonly #example: LifecycleSetting
  readonly #database: TestDatabase
  readonly #twin: TestDatabase
  readonly #after: Catalog
  readonly #revisions: readonly Revision[]

  private constructor(example: LifecycleSetting, parts: LifecycleParts) {
    this.#example = example
    this.plan = parts.plan
    this.#database = parts.database
    this.#twin = parts.twin
    this.#after = parts.after
    this.#revisions = parts.revisions
  }

  static async begin(operation: Operation<unknown>, example: OperationExample<unknown>): Promise<Lifecycle> {
    return Lifecycle.beginWith([revisionOf(operation, example)], example)
  }

  /** Several operations in one plan. */
  static async beginWith(revisions: readonly Revision[], setting: LifecycleSetting): Promise<Lifecycle> {
    const target = { ...bareTarget, versions: { ...bareTarget.versions, schemas: setting.versionViews ?? false } }
    const database = await createDatabase({ prefix: "lifecycle", schema: setting.given })
    const twin = await createDatabase({ prefix: "twin", schema: setting.given })
    const { plan, after } = await inSession(database, async (session) => {
      await ensureJournal(session)
      const catalog = await catalogOf(session, revisions)
      const compiled = compilePlan({ revisions, catalog, target })
      expect(compiled.findings.filter(({ severity }) => severity === "error")).toEqual([])
      expect(compiled.plan?.hash).toBe(compilePlan({ revisions, catalog, target }).plan?.hash)
      const { plan } = compiled
      expect(await checkExpressions(session, plan?.expressionChecks ?? [])).toEqual([])
      expect((await runDataChecks(session, plan?.dataChecks ?? [])).findings).toEqual([])
      return { plan, after: judgeRevisions(revisions, catalog, target).after }
    })
    if (!plan) throw new Error("no plan, and no finding that says why")
    return new Lifecycle(setting, { plan, after, database, twin, revisions })
  }

  async end(): Promise<void> {
    await Promise.all([this.#database.drop(), this.#twin.drop()])
  }

  /** Does every step of a phase; each has to be seen before and after it, and again once more: a no-op then. */
  async perform(phase: Phase): Promise<void> {
    await inSession(this.#database, async (session) => {
      for (const step of this.#stepsOf(phase)) await performOne(session, step, this.plan.hash)
    })
  }

  /** Undoes every step of the phases, the newest first. */
  async undo(...phases: readonly Phase[]): Promise<void> {
    await inSession(this.#database, async (session) => {
      for (const step of phases.flatMap((phase) => this.#stepsOf(phase)).toReversed()) await undoOne(session, step)
    })
  }

  /** Fills some rows, is broken off in the middle of a batch, and goes on from where it was. */
  async breakOffBackfill(): Promise<void> {
    await inSession(this.#database, async (session) => {
      for (const step of this.#stepsOf("backfill").filter((step) => step.action === "backfill")) {
        await session.query(step.sql, await firstBatch(session, step))
        const broken = session.transaction(async () => {
          await session.query(step.sql, [null, null])
          throw new Error("killed")
        })
        await expect(broken).rejects.toThrow("killed")
        expect(await observe(session, step)).toBe("before")
      }
    })
  }

  async writeOld(): Promise<void> {
    for (const statement of this.#example.oldWrites ?? [])
      await Promise.all([this.#database.query(statement), this.#twin.query(statement)])
  }

  /** Not known to the twin: from here on the two differ. */
  async writeNew(): Promise<void> {
    for (const statement of this.#example.newWrites ?? []) await this.#database.query(statement)
  }

  /** Schema and rows are exactly those of the twin. */
  async expectUntouched(): Promise<void> {
    expect(await dump(this.#database)).toEqual(await dump(this.#twin))
  }

  /** Schema and rows are those of the twin, but for the place of columns: those that purge had dropped come last. */
  async expectRestored(): Promise<void> {
    expect(await contents(this.#database)).toEqual(await contents(this.#twin))
    const [own, twin] = [await dump(this.#database), await dump(this.#twin)]
    expect(withoutPlaces(own)).toEqual(withoutPlaces(twin))
  }

  /** The catalog is the one that the operation has promised. */
  async expectContracted(): Promise<void> {
    const catalog = await inSession(this.#database, (session) => catalogOf(session, this.#revisions))
    expect(differenceOf(this.#after, catalog, { meaning: true })).toEqual([])
  }

  /** Nothing of ours is left, outside of our own schema's journal. */
  async expectNothingOfOurs(): Promise<void> {
    const left = await this.#database.query(
      `SELECT a.attname::text AS name FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
        WHERE a.attname LIKE '\\_sluice%' AND NOT a.attisdropped AND c.relnamespace::regnamespace::text NOT LIKE 'sluice%'
       UNION ALL SELECT tgname::text FROM pg_trigger WHERE tgname LIKE '~sluice%'
       UNION ALL SELECT conname::text FROM pg_constraint WHERE conname LIKE '\\_sluice%'
       UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'sluice'::regnamespace`,
    )
    expect(left).toEqual([])
  }

  #stepsOf(phase: Phase): readonly Step[] {
    return this.plan.steps.filter((step) => step.phase === phase)
  }
}

/** Tables, and what applications write. */
export type LifecycleSetting = Pick<OperationExample<unknown>, "given" | "oldWrites" | "newWrites" | "versionViews">

interface LifecycleParts {
  readonly plan: Plan
  readonly database: TestDatabase
  readonly twin: TestDatabase
  readonly after: Catalog
  readonly revisions: readonly Revision[]
}

/** The example as a revision, with what stands beside it. */
export function revisionOf(
  { kind }: Operation<unknown>,
  { input, title, beside }: OperationExample<unknown>,
): Revision {
  const operations = [...(beside ?? []), { kind, input }]
  return { id: "0001_example", parents: [], title, operations, contentHash: "0".repeat(64), file: "0001_example.yaml" }
}

async function catalogOf(session: Session, revisions: readonly Revision[]): Promise<Catalog> {
  return readCatalog(session, { schemas: bareTarget.schemas, ...referencedBy(revisions, "public") })
}

async function inSession<T>({ url }: TestDatabase, work: (session: Session) => Promise<T>): Promise<T> {
  return withSession({ url, applicationName: "sluice:lifecycle" }, work)
}

async function observe(session: Session, step: Step): Promise<unknown> {
  const [row] = await session.query<object>(step.observe)
  return row && Object.values(row)[0]
}

async function performOne(session: Session, step: Step, planHash: string): Promise<void> {
  if (step.action === "verify") return compareAll(session, step)
  if (step.back) return expect([step.id, await observe(session, step)]).toEqual([step.id, "before"])
  // Raw SQL leaves nothing that could be looked for.
  const isVisible = step.observe !== "SELECT 'before'"
  if (step.action === "backfill") await fillAll(session, step, step.sql)
  else {
    if (isVisible) expect([step.id, await observe(session, step)]).toEqual([step.id, "before"])
    await run(session, step, step.sql, planHash)
  }
  if (isVisible) expect([step.id, await observe(session, step)]).toEqual([step.id, "after"])
}

async function undoOne(session: Session, step: Step): Promise<void> {
  if (step.undo === null) return
  // There for the way back alone, which may leave it nothing to do.
  if (step.back && (await observe(session, step)) === "before") return
  if (step.action === "backfill") await fillAll(session, step, step.undo)
  else await run(session, step, step.undo, "undo")
  expect([step.id, await observe(session, step)]).toEqual([step.id, "before"])
  // Undone already: as harmless as it has to be where nobody knows whether it was.
  if (!step.transactional && !step.back) await run(session, step, step.undo, "undo")
}

async function run(session: Session, step: Step, text: string, planHash: string): Promise<void> {
  if (!step.transactional) return void (await session.query(text))
  await session.transaction(async () => {
    await session.query("SELECT set_config('sluice.run', 'lifecycle-1', true), set_config('sluice.plan', $1, true)", [
      planHash,
    ])
    await session.query(text)
  })
}

async function firstBatch(session: Session, { backfill }: BackfillStep): Promise<readonly unknown[]> {
  const [end] = await session.query<{ key: readonly string[] }>(backfill.batchEnd, [null, null, rowsPerBatch])
  return [null, end?.key ?? null]
}

async function fillAll(session: Session, { backfill }: BackfillStep, sql: string): Promise<void> {
  let first: readonly string[] | null = null
  for (;;) {
    const found: readonly { key: readonly string[] }[] = await session.query(backfill.batchEnd, [
      first,
      null,
      rowsPerBatch,
    ])
    const end = found[0]
    if (!end) return
    await session.query(sql, [first, end.key])
    first = end.key
  }
}

async function compareAll(session: Session, step: VerifyStep): Promise<void> {
  const [answer] = await session.query<{ rows: string; bad: string; keys: readonly string[] }>(step.sql, [
    null,
    null,
    5,
  ])
  expect([step.id, answer?.bad, answer?.keys]).toEqual([step.id, "0", []])
}

/** The rows of every table of the application's, column by column, whatever the order of either. */
async function contents(database: TestDatabase): Promise<unknown> {
  const tables = await database.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name
       FROM pg_class AS c
      WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema|sluice)'
      ORDER BY 1`,
  )
  const all: Record<string, unknown> = {}
  for (const { name } of tables)
    all[name] = await database.query(`SELECT to_jsonb(t)::text AS row FROM ${name} AS t ORDER BY 1`)
  return all
}

/** The lines of a schema dump without any order, in which a column's line ends with a comma or not. */
function withoutPlaces(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => !line.startsWith("INSERT INTO "))
    .map((line) => line.replace(/,$/, ""))
    .toSorted()
}

/** Everything that pg_dump knows of a database but our own schema; rows without their order, which nobody promises. */
async function dump(database: TestDatabase): Promise<readonly string[]> {
  const { host, port, password, binDirectory } = inject("postgres")
  const options = ["--restrict-key=x", "--exclude-schema=sluice*", "--inserts"]
  const { stdout } = await promisify(execFile)(`${binDirectory}/pg_dump`, [...options, database.name], {
    env: { ...process.env, PGHOST: host, PGPORT: String(port), PGUSER: "postgres", PGPASSWORD: password },
    maxBuffer: 64 * 1024 * 1024,
  })
  const lines = stdout.split("\n")
  const isRow = (line: string): boolean => line.startsWith("INSERT INTO ")
  return [...lines.filter((line) => !isRow(line)), ...lines.filter(isRow).toSorted()]
}
