import { beforeAll, describe, expect, test } from "vitest"
import type { Constraint, Table } from "../../src/catalog/model.ts"
import { createConstraint } from "../../src/operations/create-constraint.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, table, users } from "../planner/sample-catalog.ts"
import { planContext } from "./plan-context.ts"

beforeAll(loadParser)

const plain = { validated: true, references: null, comment: null }
const key = (definition: string, ...columns: readonly string[]): Constraint => ({
  ...plain,
  name: "k",
  kind: "unique",
  columns,
  definition,
})
const teams = (...constraints: readonly Constraint[]): Table =>
  table("teams", [column("a", "int"), column("b", "text")], { constraints })
const keyless = table("users", users.columns, { constraints: [] })
const parted = table("users", users.columns, { constraints: [], partitioning: "parent", partitionKey: "RANGE (id)" })

function codes(input: Record<string, unknown>, ...tables: readonly Table[]): readonly string[] {
  const parsed = createConstraint.input.parse({ table: "users", name: "c", ...input })
  const live = catalog(...(tables.length > 0 ? tables : [users]))
  const findings = createConstraint.check(parsed, live, planContext(live))
  expect(findings.every(({ hint }) => (hint ?? "").length > 5)).toBe(true)
  return findings.map(({ severity, code }) => (severity === "error" ? code : `warning ${code}`))
}

const check = { type: "check", check: "lower(name) = name" }
const unique = { type: "unique", columns: ["email", "name"] }
const reference = { type: "foreign_key", columns: ["id"], references: { table: "teams", columns: ["a"] } }

describe("refused before anything is touched", () => {
  test.each<[string, Record<string, unknown>, string, ...Table[]]>([
    ["no such table", { ...check, table: "user" }, "UNKNOWN_TABLE"],
    ["a check of unknown columns", { ...check, check: "nmae > ''" }, "UNKNOWN_COLUMN"],
    ["a check with unknown columns beside it", { ...check, columns: ["nmae"] }, "UNKNOWN_COLUMN"],
    ["a check that is no expression", { ...check, check: "a >" }, "EXPRESSION_SYNTAX"],
    [
      "a check without heirs on a partitioned table",
      { ...check, no_inherit: true },
      "NO_INHERIT_ON_PARTITIONED",
      parted,
    ],
    ["a name that is taken", { ...check, name: "users_pkey" }, "CONSTRAINT_EXISTS"],
    [
      "a name that a partition's constraint has",
      { ...check, name: "k" },
      "CONSTRAINT_EXISTS",
      parted,
      { ...teams(key("UNIQUE (a)", "a")), partitioning: "partition", parent: { schema: "public", name: "users" } },
    ],
    ["a key's name that a view has", { ...unique, name: "reports" }, "CONSTRAINT_EXISTS"],
    ["a reserved name", { ...check, name: "_sluice_c" }, "RESERVED_NAME"],
    ["unique over unknown columns", { ...unique, columns: ["emial"] }, "UNKNOWN_COLUMN"],
    ["unique over a column twice", { ...unique, columns: ["email", "email"] }, "COLUMN_TWICE"],
    [
      "unique with options that are none",
      { ...unique, index_parameters: { storage_parameters: "x y" } },
      "INDEX_OPTIONS",
    ],
    ["unique on a partitioned table", unique, "UNIQUE_ON_PARTITIONED", parted],
    ["a second primary key", { type: "primary_key", columns: ["id"] }, "SEVERAL_PRIMARY_KEYS"],
    ["a foreign key to no table", reference, "UNKNOWN_TABLE"],
    [
      "a foreign key to an unknown column",
      { ...reference, references: { table: "teams", columns: ["x"] } },
      "UNKNOWN_COLUMN",
      users,
      teams(),
    ],
    [
      "a foreign key of an unknown column",
      { ...reference, columns: ["x"] },
      "UNKNOWN_COLUMN",
      users,
      teams(key("UNIQUE (a)", "a")),
    ],
    ["a foreign key to no key", reference, "REFERENCE_NOT_UNIQUE", users, teams(key("UNIQUE (a, b)", "a", "b"))],
    [
      "a foreign key to a deferrable key",
      reference,
      "REFERENCE_NOT_UNIQUE",
      users,
      teams(key("UNIQUE (a) DEFERRABLE", "a")),
    ],
    [
      "a foreign key to more columns",
      { ...reference, references: { table: "teams", columns: ["a", "b"] } },
      "REFERENCE_MISMATCH",
      users,
      teams(key("UNIQUE (a, b)", "a", "b")),
    ],
    [
      "a foreign key to an unlogged table",
      reference,
      "REFERENCE_UNLOGGED",
      users,
      { ...teams(key("UNIQUE (a)", "a")), persistence: "unlogged" },
    ],
    [
      "columns to set that it doesn't have",
      { ...reference, references: { ...reference.references, on_delete: "SET NULL", on_delete_set_columns: ["name"] } },
      "UNKNOWN_COLUMN",
      users,
      teams(key("UNIQUE (a)", "a")),
    ],
    [
      "columns to set where nothing is",
      { ...reference, references: { ...reference.references, on_delete_set_columns: ["id"] } },
      "REFERENCE_MISMATCH",
      users,
      teams(key("UNIQUE (a)", "a")),
    ],
    [
      "a foreign partition",
      reference,
      "FOREIGN_PARTITION",
      { ...parted, dependents: ["foreign table public.f"] },
      teams(key("UNIQUE (a)", "a")),
    ],
    ["values to be changed", { ...check, up: { name: "name || '!'" } }, "UP_NOT_SUPPORTED"],
    ["values to be changed back", { ...check, up: { name: "name" }, down: { name: "''" } }, "UP_NOT_SUPPORTED"],
    ["up that is no expression", { ...check, up: { name: "name ||" } }, "UP_NOT_SUPPORTED"],
  ])("%s", (_, input, code, ...tables) => {
    expect(codes(input, ...tables)).toEqual([code])
  })
})

describe("fine, but for a warning that it binds everybody", () => {
  test.each<[string, Record<string, unknown>, ...Table[]]>([
    ["a check", check],
    [
      "a check on a partition",
      check,
      { ...users, partitioning: "partition", parent: { schema: "public", name: "all" } },
    ],
    [
      "up and down that leave each column as it is, as pgroll's files need",
      { ...check, up: { name: "name", email: '"email"' }, down: { name: "users.name" } },
    ],
    ["unique over several columns", unique],
    ["a primary key", { type: "primary_key", columns: ["email", "name"] }, keyless],
    [
      "a foreign key to a unique index",
      reference,
      users,
      {
        ...teams(),
        indexes: [
          {
            name: "i",
            columns: ["a"],
            reads: ["a"],
            unique: true,
            valid: true,
            definition: "CREATE UNIQUE INDEX i ON public.teams USING btree (a)",
            constraint: null,
          },
        ],
      },
    ],
    [
      "a foreign key to a key in another order",
      { ...reference, columns: ["name", "id"], references: { table: "teams", columns: ["b", "a"] } },
      users,
      teams(key("UNIQUE (a, b)", "a", "b")),
    ],
    ["a foreign key of a partitioned table", reference, parted, teams(key("UNIQUE (a)", "a"))],
  ])("%s", (_, input, ...tables) => {
    expect(codes(input, ...tables)).toEqual(["warning BINDS_AT_ONCE"])
  })
})

test.each<[string, Record<string, unknown>]>([
  ["a check without condition", { type: "check" }],
  ["a check with references", { ...check, references: reference.references }],
  ["unique without columns", { type: "unique", columns: [] }],
  ["unique with a condition", { ...unique, check: "TRUE" }],
  [
    "a foreign key that is matched in part",
    { ...reference, references: { ...reference.references, match_type: "PARTIAL" } },
  ],
  ["an exclusion", { type: "exclude" }],
])("no shape of a constraint: %s", (_, input) => {
  expect(createConstraint.input.safeParse({ table: "users", name: "c", ...input }).success).toBe(false)
})

describe("before PostgreSQL 18, a foreign key of a partitioned table", () => {
  const part = table("users_1", users.columns, {
    partitioning: "partition",
    parent: { schema: "public", name: "users" },
  })
  const live = catalog(parted, part, teams(key("UNIQUE (a)", "a")))
  const input = createConstraint.input.parse({ table: "users", name: "c", ...reference })
  const ids = (serverMajor: number): readonly string[] =>
    createConstraint.expand(input, { ...live, serverMajor }, planContext(live)).map(({ id }) => id)

  test("comes partition by partition, and at once from then on", () => {
    expect(ids(17)).toEqual(
      ["users_1/add", "users_1/validate", "attach"].map((id) => `expand/users/constraint-c/${id}`),
    )
    expect(ids(18)).toEqual(["add", "validate"].map((id) => `expand/users/constraint-c/${id}`))
  })
})
