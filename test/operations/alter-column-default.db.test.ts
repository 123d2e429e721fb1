import { beforeAll, expect, onTestFinished, test } from "vitest"
import { alterColumn } from "../../src/operations/alter-column.ts"
import type { AlterColumnInput } from "../../src/operations/alter-column/input.ts"
import type { Operation, OperationExample } from "../../src/operations/operation.ts"
import { catalogWish, compilePlan } from "../../src/planner/compile.ts"
import { readCatalog } from "../../src/postgres/catalog-reader.ts"
import { checkExpressions } from "../../src/postgres/expressions.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { asSession } from "../execution/setting.ts"
import { createDatabase } from "../harness/database.ts"
import { VersionedLifecycle } from "../harness/versioned-lifecycle.ts"
import { revision, target } from "../planner/sample-catalog.ts"

// Whoever leaves the column out gets the default of the shape that he knows, on the whole way there and back.

beforeAll(loadParser)

interface Case {
  /** Column `x` before the plan. */
  readonly old: string
  readonly change: Omit<AlterColumnInput, "table" | "column">
  /** What is printed of the default afterwards. */
  readonly printed: string
}

const cases: Readonly<Record<string, Case>> = {
  "integer to text": {
    old: "integer NOT NULL DEFAULT 7",
    change: { type: "text", up: "x::text", down: "x::integer" },
    printed: "7",
  },
  "text with a number for a default to bigint": {
    old: "text NOT NULL DEFAULT 7",
    change: { type: "bigint", up: "x::bigint", down: "x::text" },
    printed: "7",
  },
  "text to bigint with a default of its own": {
    old: "text NOT NULL DEFAULT '7'",
    change: { type: "bigint", default: "'7'", up: "x::bigint", down: "x::text" },
    printed: "'7'::bigint",
  },
  "text to bigint without a default from now on": {
    old: "text DEFAULT '7'",
    change: { type: "bigint", default: null, up: "x::bigint", down: "x::text" },
    printed: "",
  },
  "varchar to text": {
    old: "varchar(5) NOT NULL DEFAULT 'x'",
    change: { type: "text", up: "x::text", down: "left(x, 5)" },
    printed: "'x'::character varying",
  },
  "timestamp to timestamptz": {
    old: "timestamp NOT NULL DEFAULT now()",
    change: { type: "timestamptz", up: "x AT TIME ZONE 'UTC'", down: "x AT TIME ZONE 'UTC'" },
    printed: "now()",
  },
  "enum to text": {
    old: "public.mood NOT NULL DEFAULT 'ok'",
    change: { type: "text", up: "x::text", down: "x::public.mood" },
    printed: "'ok'::public.mood",
  },
  "a sequence of nobody's": {
    old: "integer NOT NULL DEFAULT nextval('public.free')",
    change: { type: "bigint", up: "x::bigint", down: "x::integer" },
    printed: "nextval('public.free'::regclass)",
  },
  serial: {
    old: "serial NOT NULL",
    change: { type: "bigint", up: "x::bigint", down: "x::integer" },
    printed: "nextval('public.t_x_seq'::regclass)",
  },
}

const defaultSql = `
SELECT coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS text
  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = 'public.t'::regclass AND a.attname = 'x'`

test.each(Object.entries(cases))("%s: each version has its own default, there and back", async (_, one) => {
  const leavingOut = ["INSERT INTO public.t (note) VALUES ('left out')"]
  const example: OperationExample<AlterColumnInput> = {
    title: "default",
    given: `SET search_path = pg_catalog; CREATE TYPE public.mood AS ENUM ('ok'); CREATE SEQUENCE public.free;
      CREATE TABLE public.t (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, note text, x ${one.old});
      INSERT INTO public.t (note) VALUES ('a'), ('b')`,
    versionViews: true,
    input: { table: "t", column: "x", ...one.change },
    oldWrites: leavingOut,
    viewWrites: leavingOut,
  }
  const life = await VersionedLifecycle.begin(alterColumn as Operation<unknown>, example)
  const printed = async () => (await life.read<{ text: string }>(`SET search_path = pg_catalog; ${defaultSql}`)).at(-1)
  try {
    const old = await printed()
    for (const phase of ["expand", "dual-write", "backfill", "verify"] as const) {
      await life.perform(phase)
      await life.writeOld()
    }
    await life.writeNew()
    await life.perform("contract")
    await life.writeNew()
    expect(await printed()).toEqual({ text: one.printed })

    await life.undo("contract")
    await life.writeOld()
    await life.writeNew()
    expect(await printed()).toEqual(old)
    await life.perform("verify")

    await life.perform("contract")
    await life.perform("purge")
    await life.writeNew()
    expect(await printed()).toEqual({ text: one.printed })
  } finally {
    await life.end()
  }
})

/** What PostgreSQL says of the plan's expressions before anything is touched. */
async function judged(old: string, change: Case["change"], schemas: boolean): Promise<readonly string[]> {
  const database = await createDatabase({ schema: `CREATE TABLE public.t (id bigint PRIMARY KEY, x ${old})` })
  onTestFinished(() => database.drop())
  const versions = { schemas, roles: { old: null, new: null } }
  return asSession(database.url, async (session) => {
    const revisions = [revision("0001", { alter_column: { table: "t", column: "x", ...change } })]
    const catalog = await readCatalog(session, catalogWish(revisions, { schemas: ["public"], versions }))
    const { plan, findings } = compilePlan({ revisions, catalog, target: { ...target, versions } })
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
    return (await checkExpressions(session, plan?.expressionChecks ?? [])).map(({ message }) => message)
  })
}

test("a default that PostgreSQL doesn't cast is refused before the run begins, not at its views", async () => {
  const change = { type: "bigint", up: "x::bigint", down: "x::text" }
  expect(await judged("text NOT NULL DEFAULT '7'", change, true)).toEqual([
    "public.t.x: default: PostgreSQL casts its default until now, '7'::text, to bigint only where it is told to",
  ])
  expect(await judged("text NOT NULL DEFAULT '7'", { ...change, default: "'7'::text" }, true)).toHaveLength(1)
  expect(await judged("text NOT NULL DEFAULT '7'", { ...change, default: "7" }, true)).toEqual([])
})

test("without version views, too: the column itself gets the default at contract", async () => {
  expect(await judged("bigint NOT NULL DEFAULT 7", { default: "'8'::text" }, false)).toEqual([
    "public.t.x: default: PostgreSQL casts the default, '8'::text, to bigint only where it is told to",
  ])
  expect(await judged("bigint NOT NULL DEFAULT 7", { default: "'8'" }, false)).toEqual([])
})
