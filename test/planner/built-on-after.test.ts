import { beforeAll, describe, expect, test } from "vitest"
import { withTable } from "../../src/catalog/model.ts"
import type { Catalog, Table } from "../../src/catalog/model.ts"
import { judgeOperations } from "../../src/planner/judge-operations.ts"
import { bindOperations } from "../../src/planner/bound-operation.ts"
import type { BoundOperation } from "../../src/planner/bound-operation.ts"
import { compilePlan } from "../../src/planner/compile.ts"
import { sourceColumn } from "../../src/operations/sync/source-column.ts"
import type { Revision } from "../../src/revisions/revision.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, revision, table, target, users } from "./sample-catalog.ts"

beforeAll(loadParser)

const nick = {
  add_column: { table: "users", column: { name: "nick", type: "varchar(20)", nullable: true }, up: "lower(name)" },
}
const plain = { add_column: { table: "users", column: { name: "kind", type: "text", default: "'x'" } } }
const index = (...columns: readonly unknown[]) => ({ create_index: { table: "users", name: "i", columns } })
const unique = (...columns: readonly string[]) => ({
  create_constraint: { type: "unique", table: "users", name: "k", columns },
})
const teams = {
  create_table: {
    name: "teams",
    columns: [
      { name: "id", type: "int", pk: true },
      { name: "title", type: "text" },
    ],
  },
}

function compile(...revisions: readonly Revision[]): ReturnType<typeof compilePlan> {
  return compilePlan({ revisions, catalog: catalog(users), target })
}

function planOf(...operations: readonly Record<string, unknown>[]) {
  const { plan, findings } = compile(revision("1", ...operations))
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
  if (!plan) throw new Error("no plan")
  return plan
}

function stepsOf(...operations: readonly Record<string, unknown>[]): readonly string[] {
  return planOf(...operations).steps.map(({ id }) => id)
}

describe("an index or constraint comes", () => {
  test("in expand, where its columns were there before the plan", () => {
    expect(stepsOf(nick, index("name"), unique("email"))).toEqual([
      "expand/users/sync",
      "expand/users/index-i",
      "expand/users/constraint-k/index",
      "expand/users/constraint-k/constraint",
      "backfill/users/fill",
      "verify/users/compare",
      "contract/users/compare",
      "contract/hide",
      "purge/drop",
    ])
  })

  test("after the backfill, where one of them is filled by it", () => {
    const ids = stepsOf(nick, index("id", { expression: "lower(nick)" }), unique("name", "nick"))
    expect(ids.slice(0, 6)).toEqual([
      "expand/users/sync",
      "backfill/users/fill",
      "backfill/users/index-i",
      "backfill/users/constraint-k/index",
      "backfill/users/constraint-k/constraint",
      "verify/users/compare",
    ])
  })

  test("after the column, where that comes with what it holds", () => {
    expect(stepsOf(plain, index("kind")).slice(0, 2)).toEqual(["expand/users/add-column-kind", "expand/users/index-i"])
  })

  test("after the table, where the plan creates it", () => {
    const key = { create_constraint: { type: "unique", table: "teams", name: "k", columns: ["title"] } }
    const plan = planOf(teams, { create_index: { table: "teams", name: "i", columns: ["title"] } }, key)
    expect(plan.steps.map(({ id }) => id).slice(0, 3)).toEqual([
      "expand/teams/create-table",
      "expand/teams/index-i",
      "expand/teams/constraint-k/index",
    ])
    expect(plan.dataChecks).toEqual([])
    // The table isn't there to be asked.
    expect(plan.expressionChecks.every(({ relation }) => relation.schema === "pg_catalog")).toBe(true)
  })
})

describe("rows are looked at beforehand", () => {
  test("with what the new column will hold", () => {
    const sql = planOf(nick, unique("nick", "email"))
      .dataChecks.map((check) => check.sql)
      .join("\n")
    expect(sql).toContain('PARTITION BY ((lower(t."name"))::character varying::character varying(20)), t."email"')
    expect(planOf(plain, unique("kind")).dataChecks[0]?.sql).toContain("(('x')::text::text)")
  })

  test("or not, where that is another value each time, which is said", () => {
    const random = {
      add_column: { table: "users", column: { name: "token", type: "text", nullable: true }, up: "random()::text" },
    }
    const { plan, findings } = compile(revision("1", random, unique("token")))
    expect(plan?.dataChecks).toEqual([])
    expect(findings.map(({ code }) => code)).toContain("DATA_NOT_CHECKED")
  })

  test("by a key that is there already", () => {
    const keyless = catalog(table("users", users.columns, { constraints: [] }))
    const id = { add_column: { table: "users", column: { name: "uid", type: "int" }, up: "id" } }
    const key = { create_constraint: { type: "primary_key", table: "users", name: "pk", columns: ["uid"] } }
    const check = { create_constraint: { type: "check", table: "users", name: "c", check: "uid > 0" } }
    const { plan } = compilePlan({ revisions: [revision("1", id, key, check)], catalog: keyless, target })
    expect(plan?.dataChecks.every(({ sql }) => sql.includes("t.ctid::text AS key"))).toBe(true)
    expect(plan?.dataChecks).toHaveLength(4)
  })
})

describe("refused is", () => {
  const errors = (...revisions: readonly Revision[]): readonly string[] =>
    compile(...revisions)
      .findings.filter(({ severity }) => severity === "error")
      .map(({ code }) => code)

  test("an index before its column, whose hint says so", () => {
    const { findings } = compile(revision("1", index("nick"), nick))
    expect(findings.find(({ code }) => code === "UNKNOWN_COLUMN")?.hint).toContain("before this one")
  })

  test("a name twice", () => {
    expect(errors(revision("1", index("name"), index("email")))).toEqual(["CONSTRAINT_EXISTS"])
    const nickKey = { add_column: { ...nick.add_column, column: { ...nick.add_column.column, unique: true } } }
    expect(
      errors(revision("1", nickKey, { create_index: { ...index("name").create_index, name: "users_nick_key" } })),
    ).toEqual(["CONSTRAINT_EXISTS"])
  })

  test("rows that would have to point to a table that isn't there yet; an empty column may", () => {
    const key = (columns: readonly string[]) => ({
      create_constraint: {
        type: "foreign_key",
        table: "users",
        name: "f",
        columns,
        references: { table: "teams", columns: ["id"] },
      },
    })
    expect(errors(revision("1", teams), revision("2", key(["id"])))).toEqual(["START_EARLIER_FIRST"])
    const team = { add_column: { table: "users", column: { name: "team", type: "int", nullable: true } } }
    expect(errors(revision("1", teams, team, key(["team"])))).toEqual([])
  })

  test("one after raw SQL on its table", () => {
    const script = { sql: { up: "ALTER TABLE users ADD COLUMN x int", down: "ALTER TABLE users DROP COLUMN x" } }
    expect(errors(revision("1", script), revision("2", index("name")))).toEqual(["START_EARLIER_FIRST"])
  })
})

describe("what is built on a column that another operation moves", () => {
  /** An operation that changes the table's columns and says nothing about when. */
  const moving = (
    revision: string,
    change: (users: Table) => Table,
    parts: Partial<BoundOperation> = {},
  ): BoundOperation => ({
    kind: "move",
    place: { file: "0001.yaml" },
    revision,
    input: {},
    context: { defaultSchema: "public", versionViews: false, revision },
    relations: [{ schema: "public", name: "users" }],
    alters: [],
    losesNames: [],
    seesAfter: false,
    knowing() {
      return this
    },
    adds: () => [],
    check: () => [],
    after: (before: Catalog) => withTable(before, change(before.tables.find(({ name }) => name === "users") ?? users)),
    expand: () => [],
    sync: () => null,
    shown: () => [],
    contract: () => [],
    hides: () => [],
    purge: () => [],
    dataChecks: () => [],
    expressionChecks: () => [],
    ...parts,
  })
  const renamed = (live: Table): Table => ({
    ...live,
    columns: live.columns.map((old) => (old.name === "email" ? { ...old, name: "mail" } : old)),
  })
  const retyped = (live: Table): Table => ({
    ...live,
    columns: live.columns.map((old) => (old.name === "email" ? { ...old, type: "integer" } : old)),
  })
  const bound = (id: string, operation: Record<string, unknown>): readonly BoundOperation[] =>
    bindOperations([revision(id, operation)], { defaultSchema: "public", versionViews: false })
  const judged = (...operations: readonly BoundOperation[]): readonly (readonly [string, string])[] =>
    judgeOperations(operations, catalog(users))
      .findings.filter(({ severity }) => severity === "error")
      .map(({ code, hint }) => [code, hint ?? ""])

  test("before it: the other is to be started first", () => {
    for (const [change, name] of [
      [renamed, "mail"],
      [retyped, "email"],
    ] as const)
      expect(judged(moving("1", change), ...bound("2", index(name)))).toEqual([
        ["START_EARLIER_FIRST", expect.stringContaining("Start 1 first")],
      ])
  })

  test("after it: it is to be started first itself", () => {
    for (const change of [renamed, retyped])
      expect(judged(...bound("1", unique("email")), moving("2", change))).toEqual([
        ["START_EARLIER_FIRST", expect.stringContaining("Start 1 first")],
      ])
  })

  test("by dual write, though the column looks the same before and after", () => {
    const group = { old: [sourceColumn(column("email", "text"), catalog(users))], new: [], sources: [] }
    const parts = { sync: () => ({ relation: { schema: "public", name: "users" }, group }) }
    const same = (id: string): BoundOperation => moving(id, (live) => live, parts)
    expect(judged(same("1"), ...bound("2", index("email")))).toEqual([
      ["START_EARLIER_FIRST", expect.stringContaining("Start 1 first")],
    ])
    expect(judged(...bound("1", index("email")), same("2"))).toEqual([
      ["START_EARLIER_FIRST", expect.stringContaining("Start 1 first")],
    ])
  })

  test("is refused; what is built on others isn't", () => {
    expect(judged(moving("1", renamed), ...bound("2", index("name")))).toEqual([])
    expect(judged(...bound("1", index("name")), moving("2", renamed))).toEqual([])
    expect(
      judged(
        moving("1", (live) => ({ ...live, columns: [...live.columns, column("late", "int")] })),
        ...bound("2", index("late")),
      ),
    ).toEqual([["START_EARLIER_FIRST", expect.stringContaining("Start 1 first")]])
  })

  test("keeps the names of constraints that only go with contract", () => {
    const dropped = moving("1", (live) => ({ ...live, constraints: [] }))
    const check = { create_constraint: { type: "check", table: "users", name: "users_pkey", check: "id > 0" } }
    expect(judged(dropped, ...bound("2", check)).map(([code]) => code)).toEqual(["START_EARLIER_FIRST"])
  })
})

describe("together with what moves columns", () => {
  const retype = { alter_column: { table: "users", column: "email", type: "varchar(99)", up: "email", down: "email" } }
  const rename = { rename_column: { table: "users", from: "email", to: "mail" } }
  const drop = { drop_column: { table: "users", column: "email" } }
  const other = { add_column: { table: "users", column: { name: "mail", type: "text", nullable: true }, up: "email" } }
  const back = { drop_column: { table: "users", column: "email", down: "mail" } }
  const errors = (...operations: readonly Record<string, unknown>[]): readonly string[] =>
    compilePlan({
      revisions: operations.map((operation, number) => revision(`${number + 1}`, operation)),
      catalog: catalog(users),
      target: { ...target, versions: { ...target.versions, schemas: true } },
    })
      .findings.filter(({ severity }) => severity === "error")
      .map(({ code }) => code)

  test.each<[string, Record<string, unknown>, string]>([
    ["changes its type", retype, "email"],
    ["renames it", rename, "mail"],
    ["renames it from under its name", rename, "email"],
    ["drops it", drop, "email"],
  ])("an operation that %s", (_, operation, name) => {
    const before = errors(operation, index(name))
    expect(["START_EARLIER_FIRST", "UNKNOWN_COLUMN"]).toContain(before[0])
    if (name === "email") expect(errors(index(name), operation)).toContain("START_EARLIER_FIRST")
    expect(errors(operation, index("name"))).toEqual([])
    expect(errors(index("name"), operation)).toEqual([])
  })

  test("columns that take another's place can be built on at once", () => {
    expect(errors(other, back, index("mail", "name"), unique("mail"))).toEqual([])
  })
})
