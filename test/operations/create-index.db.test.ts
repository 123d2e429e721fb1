import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { CreateIndexInput } from "../../src/operations/create-index/input.ts"
import { performStep } from "../../src/execution/perform-step.ts"
import { undoStep } from "../../src/execution/undo-step.ts"
import { checkExpressions } from "../../src/postgres/expressions.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { sql } from "../../src/sql/sql.ts"
import { asSession, attemptOf, eventually, Witness } from "../execution/setting.ts"
import { createDatabase } from "../harness/database.ts"
import type { TestDatabase } from "../harness/database.ts"
import { indexesIn } from "./indexes-in.ts"
import { plannedRun } from "./planned-run.ts"
import type { PlannedRun } from "./planned-run.ts"

beforeAll(loadParser)

let database: TestDatabase
beforeEach(async () => {
  database = await createDatabase({
    schema: `CREATE TABLE t (id int PRIMARY KEY, a text, b int, c text COLLATE "C", j jsonb);
      INSERT INTO t SELECT n, 'a' || n, n % 7, 'c' FROM generate_series(1, 500) AS n`,
  })
})
afterEach(() => database.drop())

function planned(input: Partial<CreateIndexInput>, limits = {}): Promise<PlannedRun> {
  return plannedRun(database, [{ create_index: { table: "t", name: "i", columns: ["a"], ...input } }], limits)
}

const indexes = (): Promise<readonly string[]> => indexesIn(database)

async function observed({ steps: [step] }: PlannedRun): Promise<unknown> {
  return Object.values((await database.query<object>(step?.observe ?? ""))[0] ?? {})[0]
}

describe("what bears the index's name is recognised", () => {
  test.each<[string, Partial<CreateIndexInput>, string]>([
    ["its own definition", {}, "CREATE INDEX i ON t (a)"],
    [
      "order, as far as it isn't the default",
      { columns: { a: { sort: "DESC" } } },
      "CREATE INDEX i ON t (a DESC NULLS FIRST)",
    ],
    ["a collation that is the column's own", { columns: { c: { collate: "C" } } }, "CREATE INDEX i ON t (c)"],
    [
      "an operator class that is the default",
      { columns: { a: { opclass: { name: "text_ops" } } } },
      "CREATE INDEX i ON t (a)",
    ],
    [
      "an expression in other words",
      { columns: [{ expression: "lower(a)" }] },
      "CREATE INDEX i ON t (lower((a)::text))",
    ],
    [
      "options in another order",
      { storage_parameters: "fillfactor=70, deduplicate_items=off" },
      "CREATE INDEX i ON t (a) WITH (deduplicate_items=off, fillfactor=70)",
    ],
  ])("as the one meant: %s", async (_, input, given) => {
    const run = await planned(input)
    await database.query(given)
    expect(await observed(run)).toBe("after")
  })

  test.each<[string, Partial<CreateIndexInput>, string]>([
    ["other columns", {}, "CREATE INDEX i ON t (b)"],
    ["columns in another order", { columns: { b: {}, a: {} } }, "CREATE INDEX i ON t (a, b)"],
    ["a column included that should be in the key", { columns: ["a", "b"] }, "CREATE INDEX i ON t (a) INCLUDE (b)"],
    ["DESC, but NULLS FIRST", { columns: { a: { sort: "desc", nulls: "last" } } }, "CREATE INDEX i ON t (a DESC)"],
    ["unique", {}, "CREATE UNIQUE INDEX i ON t (a)"],
    ["not unique", { unique: true }, "CREATE INDEX i ON t (a)"],
    ["unique with equal NULLs", { unique: true }, "CREATE UNIQUE INDEX i ON t (a) NULLS NOT DISTINCT"],
    ["partial", {}, "CREATE INDEX i ON t (a) WHERE b > 1"],
    ["not partial", { predicate: "b > 1" }, "CREATE INDEX i ON t (a)"],
    ["partial by another column", { predicate: "b > 1" }, "CREATE INDEX i ON t (a) WHERE c > ''"],
    ["an expression over another column", { columns: [{ expression: "lower(a)" }] }, "CREATE INDEX i ON t (lower(c))"],
    ["another method", {}, "CREATE INDEX i ON t USING hash (a)"],
    ["another operator class", {}, "CREATE INDEX i ON t (a text_pattern_ops)"],
    [
      "the default operator class",
      { columns: { a: { opclass: { name: "text_pattern_ops" } } } },
      "CREATE INDEX i ON t (a)",
    ],
    ["another collation", { columns: { a: { collate: "C" } } }, "CREATE INDEX i ON t (a)"],
    ["another collation than the column's", { columns: ["c"] }, 'CREATE INDEX i ON t (c COLLATE "POSIX")'],
    ["other options", { storage_parameters: "fillfactor=70" }, "CREATE INDEX i ON t (a) WITH (fillfactor=80)"],
    ["options where none should be", {}, "CREATE INDEX i ON t (a) WITH (fillfactor=80)"],
    ["a constraint's index", { unique: true }, "ALTER TABLE t ADD CONSTRAINT i UNIQUE (a)"],
    ["an index of another table", {}, "CREATE TABLE u (a text); CREATE INDEX i ON u (a)"],
    ["a table", {}, "CREATE TABLE i (a text)"],
  ])("as something else: %s", async (_, input, given) => {
    const run = await planned(input)
    expect(await observed(run)).toBe("before")
    await database.query(given)
    expect(await observed(run)).toBe("other")
  })
})

test("what somebody else has made in the meantime under its name stays, whatever is done", async () => {
  const {
    run,
    steps: [step],
  } = await planned({ columns: { a: { sort: "DESC", nulls: "LAST" } } })
  if (!step) throw new Error("a step was expected")
  await database.query("CREATE INDEX i ON t (a DESC)")
  await expect(performStep(run, step, attemptOf(), new Witness())).rejects.toMatchObject({ code: "SHAPE_DIFFERS" })
  await undoStep(run, step, attemptOf(), new Witness())
  expect(await indexes()).toEqual(["CREATE INDEX i ON public.t USING btree (a DESC)"])
})

test("an invalid leftover of the same index is planned for, dropped and built again, and gone after an undo", async () => {
  await database.query("UPDATE t SET a = 'same' WHERE id < 3")
  await expect(database.query("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a) WHERE b < 3")).rejects.toMatchObject({
    code: "23505",
  })
  await database.query("UPDATE t SET a = id")
  const {
    run,
    steps: [step],
    warnings,
  } = await planned({ unique: true, predicate: "b < 3" })
  if (!step) throw new Error("a step was expected")
  expect(warnings).toContain("INVALID_INDEX")
  expect(await performStep(run, step, attemptOf(), new Witness())).toBe("done")
  expect(await indexes()).toEqual(["CREATE UNIQUE INDEX i ON public.t USING btree (a) WHERE (b < 3)"])
  await undoStep(run, step, attemptOf(), new Witness())
  expect(await indexes()).toEqual([])
})

test("an invalid leftover of another index stands against the plan", async () => {
  await database.query("UPDATE t SET a = 'same' WHERE id < 3")
  await database.query("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)").catch(() => {})
  await expect(planned({})).rejects.toThrow("CONSTRAINT_EXISTS")
})

describe("a build that fails", () => {
  /** A unique index, and rows that have become duplicates since its plan was made. */
  async function doomed(): Promise<{
    readonly attempt: () => Promise<unknown>
    readonly mend: () => Promise<unknown>
  }> {
    const {
      run,
      steps: [step],
    } = await planned({ unique: true }, { lockTimeoutMs: 50, lockBudgetMs: 500 })
    if (!step) throw new Error("a step was expected")
    await database.query("UPDATE t SET a = 'same' WHERE id < 3")
    return {
      attempt: () => performStep(run, step, attemptOf(), new Witness()),
      mend: () => database.query("UPDATE t SET a = id"),
    }
  }

  test("leaves no invalid index behind, which every write would pay for while a person is asked", async () => {
    const { attempt, mend } = await doomed()
    await expect(attempt()).rejects.toMatchObject({ code: "DATA_REJECTED", findings: [{ severity: "error" }] })
    expect(await indexes()).toEqual([])
    await mend()
    expect(await attempt()).toBe("done")
  })

  test("names what it leaves behind where a reader stands in the way of dropping it; a retry drops it", async () => {
    const { attempt, mend } = await doomed()
    await asSession(database.url, (reader) =>
      reader.transaction(async () => {
        await reader.query("SELECT FROM public.t LIMIT 1")
        await expect(attempt()).rejects.toMatchObject({
          code: "DATA_REJECTED",
          findings: [
            { code: "DATA_REJECTED" },
            { code: "INVALID_INDEX", severity: "warning", hint: expect.stringContaining("DROP INDEX CONCURRENTLY") },
          ],
        })
      }),
    )
    expect(await indexes()).toEqual(["invalid: CREATE UNIQUE INDEX i ON public.t USING btree (a)"])
    await mend()
    expect(await attempt()).toBe("done")
  })

  test("doesn't touch what somebody else builds under the name", async () => {
    const {
      run,
      steps: [step],
    } = await planned({})
    if (!step) throw new Error("a step was expected")
    // Begun between our look and our statement: the next look finds it, not valid yet.
    await database.query("CREATE SEQUENCE looks; CREATE INDEX i ON t (a)")
    const observe = sql`SELECT CASE nextval('public.looks') WHEN 1 THEN 'before' ELSE 'partial' END`
    const attempt = performStep(run, { ...step, observe }, attemptOf(), new Witness())
    await expect(attempt).rejects.toMatchObject({ code: "ALREADY_EXISTS" })
    expect(await indexes()).toHaveLength(1)
  })
})

describe("while a transaction that is idle stands in the way", () => {
  test("it is named; an abort ends the waiting, and its undo leaves no invalid index behind", async () => {
    const {
      run,
      steps: [step],
    } = await planned({ unique: true }, { lockTimeoutMs: 50 })
    if (!step) throw new Error("a step was expected")
    const observer = new Witness()
    const abort = new AbortController()
    await asSession(database.url, async (idle) => {
      await idle.transaction(async () => {
        await idle.query("UPDATE public.t SET b = 0 WHERE id = 1")
        const built = performStep(run, step, attemptOf({ signal: abort.signal }), observer)
        const ended = expect(built).rejects.toThrow("aborted by a person")
        await observer.until(() => observer.blockersSeen.some((seen) => seen.length > 0))
        expect(observer.blockersSeen[0]?.[0]).toMatchObject({ pid: idle.pid, state: "idle in transaction" })
        await database.query("SET lock_timeout = '2s'; INSERT INTO t VALUES (5000, 'written meanwhile')")
        abort.abort(new Error("aborted by a person"))
        await ended
        expect(await indexes()).toEqual(["invalid: CREATE UNIQUE INDEX i ON public.t USING btree (a)"])
      })
      await undoStep(run, step, attemptOf({ number: 2 }), observer)
      expect(await indexes()).toEqual([])
    })
  })

  test("a build whose backend is killed is cleared and done by the next attempt", async () => {
    const {
      run,
      steps: [step],
    } = await planned({})
    if (!step) throw new Error("a step was expected")
    await asSession(database.url, async (idle) => {
      await idle.transaction(async () => {
        await idle.query("UPDATE public.t SET b = 0 WHERE id = 1")
        const killed = expect(performStep(run, step, attemptOf(), new Witness())).rejects.toMatchObject({
          kind: "TransientError",
        })
        await eventually(async () => {
          const ended = await database.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index WHERE index_relid = to_regclass('i')`,
          )
          return ended.length > 0
        })
        await killed
        expect(await indexes()).toEqual(["invalid: CREATE INDEX i ON public.t USING btree (a)"])
      })
    })
    expect(await performStep(run, step, attemptOf({ number: 2 }), new Witness())).toBe("done")
    expect(await indexes()).toEqual(["CREATE INDEX i ON public.t USING btree (a)"])
  })
})

test("what PostgreSQL would refuse later is refused when the plan is made", async () => {
  await database.query("ALTER TABLE t ADD COLUMN doc json")
  const added = { add_column: { table: "t", column: { name: "doc2", type: "json", nullable: true } } }
  const one = (name: string, more: object) => ({ create_index: { table: "t", name, ...more } })
  const { plan } = await plannedRun(database, [
    added,
    one("no order", { columns: ["doc"] }),
    one("no order yet", { columns: ["doc2"] }),
    one("no collation", { columns: { b: { collate: "C" } } }),
    one("unknown collation", { columns: { a: { collate: "no-such" } } }),
    one("wrong argument", { columns: [{ expression: "lower(b)" }] }),
    one("no condition", { columns: ["a"], predicate: "b" }),
    one("fine", { columns: [{ expression: "lower(a)", collate: "C" }, "j", "b"], predicate: "b > 1 AND doc2 IS NULL" }),
  ])
  const findings = await asSession(database.url, (session) => checkExpressions(session, plan.expressionChecks))
  expect(findings.map(({ subject }) => subject.split(": ")[1])).toEqual([
    "no order",
    "no order yet",
    "no collation",
    "unknown collation",
    "wrong argument",
    "no condition",
  ])
})
