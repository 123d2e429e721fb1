import { beforeAll, describe, expect, test } from "vitest"
import type { Catalog } from "../../src/catalog/model.ts"
import type { Plan } from "../../src/domain/plan.ts"
import { compilePlan, referencedBy } from "../../src/planner/compile.ts"
import type { Revision } from "../../src/revisions/revision.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, revision, table, target, users } from "./sample-catalog.ts"

beforeAll(loadParser)

const nick = { table: "users", column: { name: "nick", type: "text", unique: true, default: "'?'" }, up: "lower(name)" }
const label = {
  table: "users",
  column: { name: "label", type: "text", nullable: true, comment: "shown" },
  up: "name || email",
}

function compile(revisions: readonly Revision[], live: Catalog = catalog(users)): ReturnType<typeof compilePlan> {
  return compilePlan({ revisions, catalog: live, target })
}

function planOf(...revisions: readonly Revision[]): Plan {
  const { plan, findings } = compile(revisions)
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([])
  if (!plan) throw new Error("no plan")
  return plan
}

function errorsOf(revisions: readonly Revision[], live?: Catalog): readonly (readonly [string, string])[] {
  const { plan, findings } = compile(revisions, live)
  expect(plan).toBeNull()
  return findings.filter(({ severity }) => severity === "error").map(({ code, subject }) => [code, subject])
}

test("what is found names the file and the line of its operation, where that is known", () => {
  const found = revision("0001", { add_column: nick }, { drop_column: { table: "users", column: "nobody" } })
  const operations = found.operations.map((operation, index) => ({ ...operation, line: 3 + index }))
  const { findings } = compile([{ ...found, operations }])
  expect(findings).toContainEqual(expect.objectContaining({ code: "UNKNOWN_COLUMN", file: "0001.yaml", line: 4 }))
  expect(compile([found]).findings.some((finding) => "line" in finding)).toBe(false)
})

describe("a plan is its input and nothing else", () => {
  test("the same input gives the same hash, whatever the order of the catalog's tables", () => {
    const other = table("zz", [column("id", "integer", { notNull: true })])
    const change = [revision("0001", { add_column: nick })]
    const hash = compile(change).plan?.hash
    expect(compile(change).plan?.hash).toBe(hash)
    expect(compile(change, catalog(other, users)).plan?.hash).toBe(hash)
    expect(compile(change, catalog(users, other)).plan?.hash).toBe(hash)
  })

  test.each([
    ["a column more", { ...users, columns: [...users.columns, column("x", "text")] }],
    ["another type", { ...users, columns: users.columns.map((old) => ({ ...old, type: "text" })) }],
    ["a trigger", { ...users, triggers: [{ name: "a", definition: "CREATE TRIGGER a", enabled: "origin" as const }] }],
  ])("another shape of its tables gives another: %s", (_, changed) => {
    const change = [revision("0001", { add_column: nick })]
    expect(compile(change, catalog(changed)).plan?.hash).not.toBe(compile(change).plan?.hash)
  })

  test("owner, dependents and what is ours are no part of the shape", () => {
    const change = [revision("0001", { add_column: nick })]
    const marker = column("_sluice_filled_12345678", "boolean")
    const changed = { ...users, owner: "other", dependents: ["view public.v"], columns: [...users.columns, marker] }
    expect(compile(change, catalog(changed)).plan?.hash).toBe(compile(change).plan?.hash)
  })

  test("it is data: JSON brings it back as it was", () => {
    const plan = planOf(revision("0001", { add_column: nick }))
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  })
})

describe("the order of steps", () => {
  test("one dual write, one backfill and one contract, however many columns and revisions", () => {
    const plan = planOf(revision("0001", { add_column: nick }), revision("0002", { add_column: label }))
    expect(plan.steps.map(({ id, phase }) => `${phase} ${id}`)).toEqual([
      "expand expand/users/sync",
      "expand expand/users/comment-label",
      "backfill backfill/users/fill",
      "backfill backfill/users/not-null-nick/check",
      "backfill backfill/users/not-null-nick/validate",
      "backfill backfill/users/not-null-nick/set",
      "backfill backfill/users/unique-nick/index",
      "backfill backfill/users/unique-nick/constraint",
      "verify verify/users/compare",
      "contract contract/users/compare",
      "contract contract/hide",
      "purge purge/drop",
    ])
  })

  test("the default comes with the contract, and its undo is the opposite in the opposite order", () => {
    const hide = planOf(revision("0001", { add_column: nick })).steps.find(({ id }) => id === "contract/hide")
    const order = (text: string, ...parts: readonly string[]): boolean =>
      parts.every((part, index) => text.indexOf(part) > (index === 0 ? -1 : text.indexOf(parts[index - 1] ?? "")))
    expect(order(hide?.sql ?? "", "DROP TRIGGER", "SET DEFAULT ('?')", "INSERT INTO sluice.revision")).toBe(true)
    expect(
      order(hide?.undo ?? "", "DELETE FROM sluice.revision", 'ALTER COLUMN "nick" DROP DEFAULT', "CREATE TRIGGER"),
    ).toBe(true)
  })

  test("a plan without dual write has nothing to fill, compare or purge", () => {
    const plan = planOf(
      revision("0001", { create_table: { name: "a", columns: [{ name: "id", type: "int", pk: true }] } }),
    )
    expect(plan.steps.map(({ id }) => id)).toEqual(["expand/a/create-table", "contract/hide"])
    expect(plan.shapes).toHaveProperty("public.a")
  })

  test("two names that look alike have two ids", () => {
    const live = catalog({ ...users, schema: "a", name: "b" }, { ...users, name: "a.b" })
    const add = (name: unknown) => ({ add_column: { table: name, column: { name: "x", type: "int", nullable: true } } })
    const { plan } = compile([revision("1", add("a.b"), add({ schema: "a", name: "b" }))], live)
    expect(plan?.steps.map(({ id }) => id)).toEqual([
      "expand/a.b/add-column-x",
      "expand/a.b/add-column-x~2",
      "contract/hide",
    ])
  })
})

describe("what doesn't go together in one plan", () => {
  const create = {
    create_table: {
      name: "teams",
      columns: [
        { name: "id", type: "int", pk: true },
        { name: "title", type: "text" },
      ],
    },
  }
  const reference = { name: "fk", table: "teams", column: "id" }

  test.each<[string, Revision[], string]>([
    [
      "reading a column that an earlier one adds",
      [revision("1", { add_column: nick }), revision("2", { add_column: { ...label, up: "lower(nick)" } })],
      "START_EARLIER_FIRST",
    ],
    [
      "changing a table that an earlier one creates",
      [revision("1", create), revision("2", { add_column: { ...label, table: "teams", up: "title" } })],
      "START_EARLIER_FIRST",
    ],
    [
      "filling a foreign key to a table that an earlier one creates",
      [
        revision("1", create),
        revision("2", {
          add_column: { table: "users", column: { name: "team", type: "int", references: reference }, up: "1" },
        }),
      ],
      "START_EARLIER_FIRST",
    ],
    [
      "changing a table after raw SQL on it",
      [
        revision("1", { sql: { up: "ALTER TABLE users ADD COLUMN x int", down: "ALTER TABLE users DROP COLUMN x" } }),
        revision("2", { add_column: nick }),
      ],
      "START_EARLIER_FIRST",
    ],
    [
      "adding a column twice",
      [revision("1", { add_column: nick }), revision("2", { add_column: nick })],
      "COLUMN_EXISTS",
    ],
    ["creating a table twice", [revision("1", create, create)], "TABLE_EXISTS"],
  ])("%s", (_, revisions, code) => {
    expect(errorsOf(revisions).map(([found]) => found)).toEqual([code])
  })

  test("the revision to start first is named", () => {
    const { findings } = compile([
      revision("0001", { add_column: nick }),
      revision("0002", { add_column: { ...label, up: "lower(nick)" } }),
    ])
    expect(findings.find(({ code }) => code === "START_EARLIER_FIRST")?.hint).toContain("Start 0001 first")
  })

  test("of several earlier operations on the table the one is named that makes what this one needs", () => {
    const between = { table: "users", column: { name: "city", type: "text", nullable: true }, up: "name" }
    const { findings } = compile([
      revision("0001", { add_column: nick }),
      revision("0002", { add_column: between }),
      revision("0003", { add_column: { ...label, up: "lower(nick)" } }),
    ])
    const found = findings.filter(({ code }) => code === "START_EARLIER_FIRST")
    expect(found.map(({ hint }) => hint)).toEqual([expect.stringContaining("Start 0001 first")])
  })

  test("an index on a column of which only the default changes does", () => {
    const changed = { alter_column: { table: "users", column: "name", default: "'?'" } }
    const index = { create_index: { name: "by_name", table: "users", columns: { name: {} } } }
    expect(compile([revision("1", changed, index)]).plan).not.toBeNull()
  })

  test("a table and an empty reference to it do", () => {
    const add = {
      add_column: { table: "users", column: { name: "team", type: "int", nullable: true, references: reference } },
    }
    expect(planOf(revision("1", create, add)).steps.map(({ id }) => id)).toContain(
      "expand/users/references-fk/validate",
    )
  })
})

test("what can't be read as operations is a finding, not an exception", () => {
  expect(errorsOf([revision("1", { add_colum: {} })])).toEqual([["UNKNOWN_OPERATION", "1: add_colum"]])
  expect(errorsOf([revision("1", { add_column: { table: "users" } })])).toEqual([
    ["OPERATION_INVALID", "1: add_column"],
  ])
})

test("the catalog reader is told every table and function that the revisions mention, and the columns that lose their names", () => {
  const change = revision(
    "1",
    {
      add_column: {
        ...nick,
        up: "app.slug(lower(name))",
        column: { ...nick.column, references: { name: "f", table: { schema: "b", name: "t" }, column: "id" } },
      },
    },
    { drop_column: { table: "users", column: "email" } },
  )
  expect(referencedBy([change], "public")).toEqual({
    relations: [
      { schema: "b", name: "t" },
      { schema: "public", name: "users" },
    ],
    functions: [
      { schema: "app", name: "slug", arguments: 1 },
      { schema: null, name: "lower", arguments: 1 },
    ],
    columns: [{ relation: { schema: "public", name: "users" }, column: "email" }],
  })
})
