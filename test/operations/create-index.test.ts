import { beforeAll, describe, expect, test } from "vitest"
import type { Catalog, Table } from "../../src/catalog/model.ts"
import { createIndex } from "../../src/operations/create-index.ts"
import type { CreateIndexInput } from "../../src/operations/create-index/input.ts"
import { readOptions } from "../../src/operations/indexes/options.ts"
import { readRevisionFile } from "../../src/revisions/read-revision.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { catalog, column, table, users } from "../planner/sample-catalog.ts"
import { planContext } from "./plan-context.ts"

beforeAll(loadParser)

const index = {
  name: "i",
  columns: [],
  reads: [],
  unique: false,
  valid: true,
  definition: "CREATE INDEX i ON public.users (email)",
  constraint: null,
}

function findingsOf(
  input: Partial<CreateIndexInput>,
  ...tables: readonly Table[]
): ReturnType<typeof createIndex.check> {
  const live: Catalog = catalog(...(tables.length > 0 ? tables : [users]))
  const findings = createIndex.check(
    createIndex.input.parse({ table: "users", name: "i", columns: ["email"], ...input }),
    live,
    planContext(live),
  )
  expect(findings.every(({ hint }) => (hint ?? "").length > 5)).toBe(true)
  return findings
}

function codes(input: Partial<CreateIndexInput>, ...tables: readonly Table[]): readonly string[] {
  return findingsOf(input, ...tables).map(({ severity, code }) => (severity === "error" ? code : `warning ${code}`))
}

function sqlOf(input: Partial<CreateIndexInput>, live: Table = users): string {
  const parsed = createIndex.input.parse({ table: "users", name: "i", columns: ["email"], ...input })
  return createIndex
    .expand(parsed, catalog(live), planContext(catalog(live)))
    .map(({ sql }) => sql)
    .join("\n")
}

const parted = table("users", users.columns, { partitioning: "parent", partitionKey: "RANGE (id)" })
const part = (name: string, more: Partial<Table> = {}): Table =>
  table(name, users.columns, { partitioning: "partition", parent: { schema: "public", name: "users" }, ...more })

describe("refused before anything is touched", () => {
  test.each<[string, Partial<CreateIndexInput>, string, ...Table[]]>([
    ["no such table", { table: "user" }, "UNKNOWN_TABLE"],
    ["a view", { table: "reports" }, "NOT_A_TABLE"],
    ["a temporary table", {}, "TEMPORARY_TABLE", { ...users, persistence: "temporary" }],
    ["a column that isn't there", { columns: ["emial"] }, "UNKNOWN_COLUMN"],
    ["an included column that isn't there", { include: ["emial"] }, "UNKNOWN_COLUMN"],
    ["an expression over such a column", { columns: [{ expression: "lower(emial)" }] }, "UNKNOWN_COLUMN"],
    ["a condition over such a column", { predicate: "emial IS NULL" }, "UNKNOWN_COLUMN"],
    ["an expression that is none", { columns: [{ expression: "lower(" }] }, "EXPRESSION_SYNTAX"],
    ["an expression with a subquery", { predicate: "id IN (SELECT 1)" }, "EXPRESSION_NOT_ALLOWED"],
    ["an unknown function", { predicate: "slug(name) = ''" }, "UNKNOWN_FUNCTION"],
    ["an expression that is another each time", { columns: [{ expression: "random() * id" }] }, "NOT_IMMUTABLE"],
    ["a reserved name", { name: "_sluice_i" }, "RESERVED_NAME"],
    ["a name that an index has", {}, "CONSTRAINT_EXISTS", { ...users, indexes: [index] }],
    ["a name that another table's index has", {}, "CONSTRAINT_EXISTS", users, table("t", [], { indexes: [index] })],
    ["a name that a view has", { name: "reports" }, "CONSTRAINT_EXISTS"],
    [
      "an invalid leftover of another index",
      {},
      "CONSTRAINT_EXISTS",
      { ...users, indexes: [{ ...index, valid: false, definition: "CREATE INDEX i ON public.users (name)" }] },
    ],
    ["a unique hash index", { method: "hash", unique: true }, "INDEX_METHOD"],
    ["several columns in a hash index", { method: "hash", columns: ["id", "name"] }, "INDEX_METHOD"],
    ["included columns in a gin index", { method: "gin", include: ["id"] }, "INDEX_METHOD"],
    ["order in a brin index", { method: "brin", columns: { id: { sort: "DESC" } } }, "INDEX_METHOD"],
    ["equal NULLs where nothing is unique", { nulls_not_distinct: true }, "INDEX_METHOD"],
    ["more columns than PostgreSQL takes", { columns: Array.from({ length: 33 }, () => "id") }, "LIMIT_EXCEEDED"],
    ["options that are none", { storage_parameters: "fillfactor 70" }, "INDEX_OPTIONS"],
    ["options that are more", { storage_parameters: "fillfactor=70) TABLESPACE (x=1" }, "INDEX_OPTIONS"],
    [
      "an operator class's options that are none",
      { columns: { name: { opclass: { name: "x", params: ["; DROP"] } } } },
      "INDEX_OPTIONS",
    ],
    ["unique without the partition key", { unique: true }, "UNIQUE_ON_PARTITIONED", parted],
    [
      "unique without a lower level's key",
      { unique: true, columns: ["id"] },
      "UNIQUE_ON_PARTITIONED",
      parted,
      part("p", { partitioning: "parent", partitionKey: "LIST (name)" }),
    ],
    [
      "unique where the key is an expression",
      { unique: true, columns: ["id"] },
      "UNIQUE_ON_PARTITIONED",
      { ...parted, partitionKey: "HASH (abs(id))" },
    ],
    [
      "a foreign table among the partitions",
      {},
      "FOREIGN_PARTITION",
      { ...parted, dependents: ["foreign table public.f"] },
    ],
  ])("%s", (_, input, code, ...tables) => {
    expect(codes(input, ...tables).filter((found) => !found.startsWith("warning"))).toEqual([code])
  })
})

describe("what has to be known", () => {
  test.each<[string, Partial<CreateIndexInput>, readonly string[], ...Table[]]>([
    ["nothing about a plain index", {}, []],
    ["nothing about one on a partition", { table: "p" }, [], part("p")],
    ["that a unique one binds at once", { unique: true }, ["warning BINDS_AT_ONCE"]],
    ["that a function may be refused", { predicate: "now() IS NOT NULL" }, ["warning NOT_IMMUTABLE"]],
    [
      "that a leftover of it is dropped first",
      {},
      ["warning INVALID_INDEX"],
      { ...users, indexes: [{ ...index, valid: false }] },
    ],
  ])("%s", (_, input, expected, ...tables) => {
    expect(codes(input, ...tables)).toEqual(expected)
  })
})

describe("columns", () => {
  test("of a map keep their order, whatever becomes of it as JSON", () => {
    const parsed = createIndex.input.parse({
      table: "users",
      name: "i",
      columns: { name: { sort: "asc" }, id: null, email: {} },
    })
    const sorted: unknown = JSON.parse(JSON.stringify(parsed))
    expect(createIndex.input.parse(sorted)).toEqual(parsed)
    expect(sqlOf(parsed)).toContain('("name", "id", "email")')
  })

  test("whose names are numbers have to be a list", () => {
    const input = { table: "users", name: "i" }
    expect(createIndex.input.safeParse({ ...input, columns: { b: {}, "1": {} } }).error?.issues[0]?.message).toContain(
      "list",
    )
    expect(createIndex.input.safeParse({ ...input, columns: { "1": {} } }).success).toBe(true)
    expect(createIndex.input.safeParse({ ...input, columns: ["b", "1"] }).success).toBe(true)
    expect(createIndex.input.safeParse({ ...input, columns: {} }).success).toBe(false)
  })

  test("in another order are another revision", () => {
    const file = (columns: string): string =>
      readRevisionFile("1_a.yaml", `operations: [{create_index: {table: users, name: i, columns: {${columns}}}}]`)
        .contentHash
    expect(file("a: {}, b: {}")).not.toBe(file("b: {}, a: {}"))
    expect(file("a: {}, b: {}")).toBe(file("a: {  },  b: {}"))
  })

  test("with a mistyped setting: the nearest one is named", () => {
    const read = (): unknown =>
      readRevisionFile("1_a.yaml", "operations: [{create_index: {table: users, name: i, columns: {a: {colate: C}}}}]")
    expect(read).toThrow(
      expect.objectContaining({ finding: expect.objectContaining({ hint: "Did you mean collate?" }) }),
    )
  })
})

describe("the statement", () => {
  test.each<[string, Partial<CreateIndexInput>, string]>([
    [
      "says only what isn't the default",
      { columns: { id: { sort: "ASC", nulls: "LAST" }, name: { sort: "desc", nulls: "first" } } },
      '("id", "name" DESC)',
    ],
    [
      "says what differs",
      { columns: { id: { nulls: "FIRST" }, name: { sort: "DESC", nulls: "LAST" } } },
      '("id" NULLS FIRST, "name" DESC NULLS LAST)',
    ],
    [
      "qualifies collations and operator classes",
      { columns: { name: { collate: '"de-x-icu"', opclass: { schema: "x", name: "o", params: ["a=1"] } } } },
      '("name" COLLATE "pg_catalog"."de-x-icu" "x"."o" ("a"=\'1\'))',
    ],
    [
      "quotes options where they aren't words",
      { storage_parameters: "fillfactor = 70, buffering = auto, deduplicate_items = on" },
      `WITH ("fillfactor"='70', "buffering"=auto, "deduplicate_items"='on')`,
    ],
    [
      "keeps an expression apart from what follows",
      { columns: [{ expression: "name || 'x' -- no end" }], predicate: "id > 1 OR id < 0" },
      `((name || 'x')) WHERE (id > 1 OR id < 0)`,
    ],
    [
      "has everything in its place",
      {
        unique: true,
        include: ["id"],
        nulls_not_distinct: true,
        storage_parameters: "fillfactor=70",
        predicate: "id > 1",
      },
      `CREATE UNIQUE INDEX CONCURRENTLY "i" ON "public"."users" USING "btree" ("email") INCLUDE ("id") NULLS NOT DISTINCT WITH ("fillfactor"='70') WHERE (id > 1)`,
    ],
  ])("%s", (_, input, expected) => {
    expect(sqlOf(input)).toContain(expected)
  })

  test("mentions no collation that is the column's own", () => {
    const live = table("users", [column("id", "int"), column("email", "text", { collation: '"C"' })])
    expect(sqlOf({ columns: { email: { collate: "C" } } }, live)).toContain('("email")')
  })
})

test.each<[string, ReturnType<typeof readOptions>]>([
  ["fillfactor=70", [["fillfactor", "70"]]],
  [
    "a = 0, b = 0.5, c = off, d = on, e, f = 'x y', g = true",
    [
      ["a", "0"],
      ["b", "0.5"],
      ["c", "off"],
      ["d", "on"],
      ["e", "true"],
      ["f", "x y"],
      ["g", "true"],
    ],
  ],
  ["", null],
  ["a=1) WHERE (true", null],
  ["a=1); DROP TABLE x; --", null],
  ["toast.a = 1", null],
  ["a = (1)", null],
  ["a=1 -- rest", [["a", "1"]]],
])("options: %s", (text, expected) => {
  expect(readOptions(text)).toEqual(expected)
})
