import { beforeAll, describe, expect, test } from "vitest"
import { addColumn } from "../../src/operations/add-column.ts"
import type { AddColumnInput } from "../../src/operations/add-column/input.ts"
import type { Table } from "../../src/catalog/model.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, table, users } from "../planner/sample-catalog.ts"
import { planContext } from "./plan-context.ts"

beforeAll(loadParser)

const text = { name: "nick", type: "text" }

function codes(input: AddColumnInput, live: Table = users, severity = "error"): readonly string[] {
  const findings = addColumn.check(addColumn.input.parse(input), catalog(live), planContext(catalog(live)))
  expect(findings.every(({ hint }) => (hint ?? "").length > 5)).toBe(true)
  return findings.filter((finding) => finding.severity === severity).map(({ code }) => code)
}

describe("refused before anything is touched", () => {
  test.each<[string, AddColumnInput, string, Partial<Table>?]>([
    ["no such table", { table: "user", column: text, up: "name" }, "UNKNOWN_TABLE"],
    ["a dotted name, which is one name", { table: "public.users", column: text, up: "name" }, "UNKNOWN_TABLE"],
    [
      "a schema that isn't there",
      { table: { schema: "x", name: "users" }, column: text, up: "name" },
      "UNKNOWN_SCHEMA",
    ],
    ["a view", { table: "reports", column: text, up: "name" }, "NOT_A_TABLE"],
    [
      "a partition",
      { table: "users", column: text, up: "name" },
      "PARTITION_CHILD",
      { partitioning: "partition", parent: { schema: "public", name: "all" } },
    ],
    [
      "a temporary table",
      { table: "users", column: text, up: "name" },
      "TEMPORARY_TABLE",
      { persistence: "temporary" },
    ],
    [
      "a table with heirs",
      { table: "users", column: text, up: "name" },
      "INHERITED_TABLE",
      { inheritance: { parents: [], children: [{ schema: "public", name: "heirs" }] } },
    ],
    [
      "an heir",
      { table: "users", column: text, up: "name" },
      "INHERITING_TABLE",
      { inheritance: { parents: [{ schema: "public", name: "people" }], children: [] } },
    ],
    [
      "a column that is there",
      { table: "users", column: { name: "email", type: "text" }, up: "name" },
      "COLUMN_EXISTS",
    ],
    ["a name of ours", { table: "users", column: { name: "_sluice_x", type: "text" }, up: "name" }, "RESERVED_NAME"],
    ["a system column's name", { table: "users", column: { name: "xmin", type: "text" }, up: "name" }, "RESERVED_NAME"],
    ["no type", { table: "users", column: { name: "x", type: "text; DROP" }, up: "name" }, "TYPE_SYNTAX"],
    ["serial", { table: "users", column: { name: "x", type: "serial" }, up: "id" }, "SERIAL_COLUMN"],
    [
      "a generated column",
      { table: "users", column: { ...text, nullable: true, generated: { expression: "name" } } },
      "GENERATED_COLUMN",
    ],
    [
      "an identity with up",
      { table: "users", column: { ...text, generated: { identity: {} } }, up: "name" },
      "GENERATED_COLUMN",
    ],
    ["a primary key", { table: "users", column: { ...text, pk: true }, up: "name" }, "PRIMARY_KEY_COLUMN"],
    ["required, without a value", { table: "users", column: text }, "NOT_NULL_WITHOUT_VALUE"],
    ["required, with DEFAULT NULL", { table: "users", column: { ...text, default: "NULL" } }, "NOT_NULL_WITHOUT_VALUE"],
    ["up that can't be parsed", { table: "users", column: text, up: "name ||" }, "EXPRESSION_SYNTAX"],
    [
      "up that is more than an expression",
      { table: "users", column: text, up: "(SELECT 1)" },
      "EXPRESSION_NOT_ALLOWED",
    ],
    ["up with an unknown column", { table: "users", column: text, up: "nmae" }, "UNKNOWN_COLUMN"],
    ["up with another table's column", { table: "users", column: text, up: "orders.name" }, "FOREIGN_COLUMN"],
    ["up that reads the new column", { table: "users", column: text, up: "lower(nick)" }, "READS_NEW_COLUMN"],
    ["up with a function that isn't there", { table: "users", column: text, up: "slug(name)" }, "UNKNOWN_FUNCTION"],
    [
      "up that reads a generated column",
      { table: "users", column: text, up: "g" },
      "READS_GENERATED_COLUMN",
      { columns: [column("g", "text", { generated: "lower(name)" })] },
    ],
    ["a default that reads a column", { table: "users", column: { ...text, default: "name" } }, "UNKNOWN_COLUMN"],
    [
      "a check of unknown columns",
      { table: "users", column: { ...text, check: { name: "c", constraint: "x > 1" } }, up: "name" },
      "UNKNOWN_COLUMN",
    ],
    [
      "a constraint's name that is taken",
      { table: "users", column: { ...text, check: { name: "users_pkey", constraint: "nick > ''" } }, up: "name" },
      "CONSTRAINT_EXISTS",
    ],
    [
      "a reference to no table",
      { table: "users", column: { ...text, references: { name: "f", table: "t", column: "id" } }, up: "name" },
      "UNKNOWN_TABLE",
    ],
    [
      "a reference to no key",
      { table: "users", column: { ...text, references: { name: "f", table: "users", column: "name" } }, up: "name" },
      "REFERENCE_NOT_UNIQUE",
    ],
    [
      "unique on a partitioned table",
      { table: "users", column: { ...text, unique: true }, up: "name" },
      "UNIQUE_ON_PARTITIONED",
      { partitioning: "parent" },
    ],
    [
      "forced row security",
      { table: "users", column: text, up: "name" },
      "ROW_SECURITY_FORCED",
      { rowSecurity: { enabled: true, forced: true } },
    ],
    [
      "a dual write that is under way",
      { table: "users", column: text, up: "name" },
      "DUAL_WRITE_ACTIVE",
      { triggers: [{ name: "~sluice_upd_0a1b2c3d", definition: "", enabled: "always" }] },
    ],
    [
      "too many columns",
      { table: "users", column: text, up: "c1" },
      "TOO_MANY_COLUMNS",
      { columns: Array.from({ length: 1599 }, (_, n) => column(`c${n}`, "int")) },
    ],
  ])("%s", (_, input, code, more = {}) => {
    expect(codes(input, { ...users, ...more })).toEqual([code])
  })

  test("a name of more than 63 bytes", () => {
    const read = addColumn.input.safeParse({ table: "users", column: { name: "ü".repeat(32), type: "text" } })
    expect(read.success).toBe(false)
  })
})

describe("said before anybody agrees", () => {
  const own = {
    name: "zz",
    definition: "CREATE TRIGGER zz BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()",
    enabled: "origin",
  } as const
  test.each<[string, AddColumnInput, readonly string[], Partial<Table>?]>([
    ["a prepared SELECT *", { table: "users", column: { ...text, nullable: true } }, ["PREPARED_SELECT_STAR"]],
    [
      "a required column that applications don't know",
      { table: "users", column: text, up: "name" },
      ["REQUIRED_FROM_CONTRACT", "PREPARED_SELECT_STAR"],
    ],
    [
      "one with a default, which is theirs from contract on",
      { table: "users", column: { ...text, default: "''" }, up: "name" },
      ["PREPARED_SELECT_STAR"],
    ],
    [
      "a value that can't be compared",
      { table: "users", column: { ...text, nullable: true }, up: "name || random()" },
      ["NOT_COMPARABLE", "PREPARED_SELECT_STAR"],
    ],
    [
      "text search whose configuration isn't named",
      { table: "users", column: { name: "words", type: "tsvector", nullable: true }, up: "to_tsvector(name)" },
      ["DEPENDS_ON_SETTING", "OLD_WRITES_MAY_FAIL", "PREPARED_SELECT_STAR"],
    ],
    [
      "money",
      { table: "users", column: { name: "fee", type: "money", nullable: true }, up: "1.5" },
      ["DEPENDS_ON_SETTING", "PREPARED_SELECT_STAR"],
    ],
    [
      "a function of one's own",
      { table: "users", column: { ...text, nullable: true }, up: "app.slug(name)" },
      ["NOT_COMPARABLE", "CALLS_FUNCTION", "OLD_WRITES_MAY_FAIL", "PREPARED_SELECT_STAR"],
    ],
    [
      "no key",
      { table: "users", column: { ...text, nullable: true }, up: "name" },
      ["NO_KEY", "PREPARED_SELECT_STAR"],
      { constraints: [] },
    ],
    [
      "functions over the row type",
      { table: "users", column: { ...text, nullable: true }, up: "name" },
      ["PREPARED_SELECT_STAR", "ROW_TYPE_USED"],
      { dependents: ["function public.f()", "view public.v"] },
    ],
    [
      "a trigger that fires after ours",
      { table: "users", column: { ...text, nullable: true }, up: "name" },
      ["TRIGGER_SORTS_LATER", "PREPARED_SELECT_STAR"],
      { triggers: [own, { ...own, name: "ü" }] },
    ],
  ])("%s", (_, input, expected, more = {}) => {
    expect(codes(input, { ...users, ...more }, "warning")).toEqual(expected)
    expect(codes(input, { ...users, ...more })).toEqual([])
  })
})

describe("only what has to be filled is filled", () => {
  test.each<[string, AddColumnInput, boolean]>([
    ["nullable", { table: "users", column: { ...text, nullable: true } }, false],
    ["a constant default", { table: "users", column: { ...text, default: "'x'" } }, false],
    [
      "a stable default, which PostgreSQL computes once",
      { table: "users", column: { name: "at", type: "timestamptz", default: "now()" } },
      false,
    ],
    ["a volatile default", { table: "users", column: { name: "r", type: "float", default: "random()" } }, true],
    ["up", { table: "users", column: text, up: "name" }, true],
  ])("%s", (_, input, filled) => {
    expect(addColumn.sync(input, catalog(users), planContext(catalog(users))) !== null).toBe(filled)
    const [step] = addColumn.expand(input, catalog(users), planContext(catalog(users)))
    expect(step?.phase === "expand").toBe(!filled)
  })
})

test("names that PostgreSQL would choose are taken once only", () => {
  const taken = table("users", users.columns, { constraints: [{ ...users.constraints[0]!, name: "users_nick_key" }] })
  const after = addColumn.after(
    { table: "users", column: { ...text, unique: true }, up: "name" },
    catalog(taken),
    planContext(catalog(taken)),
  )
  expect(after.tables[0]?.constraints.map(({ name }) => name)).toEqual(["users_nick_key", "users_nick_key1"])
})
