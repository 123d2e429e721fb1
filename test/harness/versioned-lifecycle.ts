import { Client } from "pg"
import { expect } from "vitest"
import type { Phase } from "../../src/domain/phase.ts"
import type { Plan } from "../../src/domain/plan.ts"
import type { Step } from "../../src/domain/step.ts"
import { createVersion, ensureJournal } from "../../src/execution/journal.ts"
import type { Operation, OperationExample } from "../../src/operations/operation.ts"
import { versionSchemaOf } from "../../src/operations/views/names.ts"
import { newPath } from "../../src/operations/views/role-path.ts"
import { catalogWish, compilePlan } from "../../src/planner/compile.ts"
import type { PlanTarget } from "../../src/planner/compile.ts"
import { presentViews } from "../../src/planner/version-views.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { withSession } from "../../src/postgres/session.ts"
import type { Session } from "../../src/postgres/session.ts"
import { ident, join } from "../../src/sql/sql.ts"
import { createDatabase } from "./database.ts"
import type { TestDatabase } from "./database.ts"
import { dumpOf } from "./dump.ts"
import { revisionOf } from "./lifecycle.ts"

/**
 * One example of an operation on a database whose applications never name a schema: the old one has the version of the
 * tables as they were in its search_path, the new one that of the plan, each alone.
 */
export class VersionedLifecycle {
  readonly plan: Plan
  readonly #example: OperationExample<unknown>
  readonly #database: TestDatabase

  private constructor(example: OperationExample<unknown>, database: TestDatabase, plan: Plan) {
    this.#example = example
    this.#database = database
    this.plan = plan
  }

  static async begin(operation: Operation<unknown>, example: OperationExample<unknown>): Promise<VersionedLifecycle> {
    const database = await createDatabase({ prefix: "versions", schema: example.given })
    const plan = await inSession(database, async (session) => {
      await ensureJournal(session)
      const schemas = await schemasOf(session)
      const present = await readCatalog(session, { schemas, relations: "all", functions: [] })
      for (const version of schemas.map((schema) => versionSchemaOf(schema, null)))
        await createVersion(session, { version, views: presentViews(version, present), rights: present.rights })
      const target = targetOf(schemas)
      const revisions = [revisionOf(operation, example)]
      const catalog = await readCatalog(session, catalogWish(revisions, target))
      const compiled = compilePlan({ revisions, catalog, target })
      expect(compiled.findings.filter(({ severity }) => severity === "error")).toEqual([])
      return compiled.plan
    })
    if (!plan) throw new Error("no plan, and no finding that says why")
    return new VersionedLifecycle(example, database, plan)
  }

  end(): Promise<void> {
    return this.#database.drop()
  }

  /** Does the steps of a phase, each of which has to be seen before and after it. */
  async perform(phase: Phase): Promise<void> {
    await inSession(this.#database, async (session) => {
      for (const step of this.plan.steps.filter((each) => each.phase === phase)) {
        if (step.action === "verify")
          expect(await session.query(step.sql, [null, null, 5])).toMatchObject([{ bad: "0" }])
        else if (step.action === "backfill") await session.query(step.sql, [null, null])
        // Steps for the way back alone have nothing to do on this one.
        else if (!step.back) await change(session, step, step.sql, "after")
      }
    })
  }

  async undo(...phases: readonly Phase[]): Promise<void> {
    await inSession(this.#database, async (session) => {
      for (const step of this.plan.steps.filter(({ phase }) => phases.includes(phase)).toReversed())
        if (step.undo === null || (await isBack(session, step))) continue
        else if (step.action === "backfill") await session.query(step.undo, [null, null])
        else await change(session, step, step.undo, "before")
    })
  }

  /** As the old application; throws where its version can't be found. */
  writeOld(): Promise<void> {
    const { made } = this.plan.versions
    const old = made.map(({ base }) => versionSchemaOf(base, null).name)
    return this.#write(this.#example.oldWrites ?? [], old)
  }

  writeNew(): Promise<void> {
    const path = newPath(this.plan.versions)
    const { newWrites = [], viewWrites = [] } = this.#example
    return this.#write([...newWrites, ...viewWrites], path.slice(0, path.length / 2))
  }

  get hasOldApplication(): boolean {
    return this.#example.oldWrites !== undefined
  }

  /** The definitions of everything but our own schema. */
  async definitions(): Promise<readonly string[]> {
    return (await dumpOf(this.#database)).filter((line) => !/^INSERT INTO |pg_catalog\.setval/.test(line))
  }

  /** Whatever a test wants to know of the tables. */
  read<Row extends object>(text: string): Promise<readonly Row[]> {
    return this.#database.query<Row>(text)
  }

  /** The schemas that are versions, or were. */
  async versions(): Promise<readonly string[]> {
    const rows = await this.#database.query<{ name: string }>(
      "SELECT nspname::text AS name FROM pg_namespace WHERE nspname ~ '_(base|0001_example)$' ORDER BY nspname",
    )
    return rows.map(({ name }) => name)
  }

  async #write(statements: readonly string[], path: readonly string[]): Promise<void> {
    const client = new Client({ connectionString: this.#database.url.reveal() })
    await client.connect()
    try {
      await client.query(`SET search_path = ${join(path.map(ident))}`)
      for (const statement of statements) await client.query(this.#unqualified(statement))
    } finally {
      await client.end()
    }
  }

  #unqualified(statement: string): string {
    const bases = this.plan.versions.made.flatMap(({ base }) => [`${base}.`, `${ident(base)}.`])
    return bases.reduce((text, base) => text.replaceAll(base, ""), statement)
  }
}

/** A step for the way back alone that finds nothing to do on it. */
async function isBack(session: Session, step: Step): Promise<boolean> {
  return step.back && (await observationOf(session, step)) === "before"
}

async function observationOf(session: Session, step: Step): Promise<unknown> {
  const [row] = await session.query<{ observation: unknown }>(step.observe)
  return row?.observation
}

async function change(session: Session, step: Step, text: string, goal: "before" | "after"): Promise<void> {
  if (step.transactional) await session.transaction(() => session.query(text))
  else await session.query(text)
  // Raw SQL leaves nothing that could be looked for.
  if (step.observe === "SELECT 'before'") return
  expect([step.id, await observationOf(session, step)]).toEqual([step.id, goal])
}

async function schemasOf(session: Session): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT nspname::text AS name FROM pg_namespace
      WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'sluice')
      ORDER BY nspname <> 'public', nspname`,
  )
  return rows.map(({ name }) => name)
}

function targetOf(schemas: readonly string[]): PlanTarget {
  return {
    name: "versions",
    schemas,
    versions: { schemas: true, roles: { old: null, new: null } },
    gates: { "dual-write": "auto", switch: "auto", contract: "auto", purge: "auto" },
    soakMs: 0,
    keepMs: 0,
    strategy: "expand-contract",
  }
}

async function inSession<T>({ url }: TestDatabase, work: (session: Session) => Promise<T>): Promise<T> {
  return withSession({ url, applicationName: "sluice:versions" }, work)
}
