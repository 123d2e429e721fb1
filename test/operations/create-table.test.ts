import { beforeAll, expect, test } from "vitest"
import { createTable } from "../../src/operations/create-table.ts"
import type { CreateTableInput } from "../../src/operations/create-table/input.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, users } from "../planner/sample-catalog.ts"
import { planContext } from "./plan-context.ts"

beforeAll(loadParser)

const id = { name: "id", type: "int", pk: true }

test.each<[string, CreateTableInput, string]>([
  ["a name that is taken", { name: "users", columns: [id] }, "TABLE_EXISTS"],
  ["a view's name", { name: "reports", columns: [id] }, "TABLE_EXISTS"],
  ["an unknown schema", { name: { schema: "x", name: "t" }, columns: [id] }, "UNKNOWN_SCHEMA"],
  ["a name of ours", { name: "_sluice_t", columns: [id] }, "RESERVED_NAME"],
  ["a column twice", { name: "t", columns: [id, { name: "id", type: "int" }] }, "COLUMN_EXISTS"],
  ["no type", { name: "t", columns: [id, { name: "x", type: "in teger" }] }, "TYPE_SYNTAX"],
  ["two defaults", { name: "t", columns: [id, { name: "x", type: "serial", default: 1 }] }, "SEVERAL_DEFAULTS"],
  ["a default over columns", { name: "t", columns: [id, { name: "x", type: "int", default: "id" }] }, "UNKNOWN_COLUMN"],
  [
    "a check over unknown columns",
    { name: "t", columns: [{ ...id, check: { name: "c", constraint: "y > 0" } }] },
    "UNKNOWN_COLUMN",
  ],
  [
    "two primary keys",
    { name: "t", columns: [id], constraints: [{ type: "primary_key", name: "k", columns: ["id"] }] },
    "SEVERAL_PRIMARY_KEYS",
  ],
  [
    "a key of unknown columns",
    { name: "t", columns: [id], constraints: [{ type: "unique", name: "k", columns: ["y"] }] },
    "UNKNOWN_COLUMN",
  ],
  [
    "a constraint twice",
    {
      name: "t",
      columns: [id],
      constraints: [
        { type: "check", name: "k", check: "id > 0" },
        { type: "check", name: "k", check: "id > 1" },
      ],
    },
    "CONSTRAINT_EXISTS",
  ],
  [
    "a reference to no table",
    { name: "t", columns: [{ ...id, references: { name: "f", table: "x", column: "id" } }] },
    "UNKNOWN_TABLE",
  ],
  [
    "a reference to no key",
    {
      name: "t",
      columns: [id],
      constraints: [
        { type: "foreign_key", name: "f", columns: ["id"], references: { table: "users", columns: ["email"] } },
      ],
    },
    "REFERENCE_NOT_UNIQUE",
  ],
  [
    "a reference with too few columns",
    {
      name: "t",
      columns: [id],
      constraints: [
        { type: "foreign_key", name: "f", columns: ["id"], references: { table: "users", columns: ["id", "name"] } },
      ],
    },
    "REFERENCE_MISMATCH",
  ],
])("refused: %s", (_, input, code) => {
  const findings = createTable.check(createTable.input.parse(input), catalog(users), planContext(catalog(users)))
  expect(findings.filter(({ severity }) => severity === "error").map((finding) => finding.code)).toEqual([code])
})

test("a table may point to itself", () => {
  const input: CreateTableInput = {
    name: "t",
    columns: [id, { name: "up", type: "int", references: { name: "f", table: "t", column: "id" } }],
  }
  expect(createTable.check(input, catalog(users), planContext(catalog(users)))).toEqual([])
})
