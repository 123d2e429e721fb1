import { beforeAll, describe, expect, test } from "vitest"
import type { Catalog } from "../../src/catalog/model.ts"
import type { Finding } from "../../src/domain/finding.ts"
import { opaqueRelations, sqlOperation } from "../../src/operations/sql.ts"
import type { SqlInput } from "../../src/operations/sql.ts"
import { loadParser, parseStatements } from "../../src/sql/parser.ts"
import { planContext } from "./plan-context.ts"

beforeAll(loadParser)

const empty: Catalog = {
  serverMajor: 15,
  schemas: [],
  tables: [],
  otherRelations: [],
  functions: [],
  versionSchemas: [],
  rights: { role: "postgres", schemas: [], defaults: [] },
}
const context = planContext(empty, { defaultSchema: 'Weird "Schema.x', revision: "0007_raw" })

const check = (input: SqlInput): readonly Finding[] => sqlOperation.check(input, empty, context)
const errors = (input: SqlInput): readonly string[] =>
  check(input)
    .filter(({ severity }) => severity === "error")
    .map(({ code }) => code)
const [expand, contract] = [
  (input: SqlInput) => sqlOperation.expand(input, empty, context),
  (input: SqlInput) => sqlOperation.contract(input, empty, context),
]

test("its examples are fine", () => {
  for (const { input } of sqlOperation.examples) {
    expect(sqlOperation.input.parse(input)).toEqual(input)
    expect(errors(input)).toEqual([])
  }
})

describe("what can't be run safely is refused", () => {
  test.each([
    ["INSERT INTO t VALUES (1)", "DATA_CHANGE"],
    ["UPDATE t SET a = 1", "DATA_CHANGE"],
    ["DELETE FROM t", "DATA_CHANGE"],
    ["MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", "DATA_CHANGE"],
    ["COPY t FROM STDIN", "DATA_CHANGE"],
    ["COPY t TO PROGRAM 'rm -rf /'", "DATA_CHANGE"],
    ["WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", "DATA_CHANGE"],
    ["TRUNCATE t", "BAN_TRUNCATE"],
    ["DO $$ BEGIN END $$", "DYNAMIC_SQL"],
    ["CALL p()", "DYNAMIC_SQL"],
    ["SELECT pg_terminate_backend(1)", "SELECT_WITH_SIDE_EFFECTS"],
    ["CREATE TABLE t (a bigint); COMMIT; DROP TABLE t", "TRANSACTION_NESTING"],
    ["SET search_path = x", "SESSION_SETTING"],
    ["LOCK TABLE t", "SESSION_SETTING"],
    ["ALTER SYSTEM SET work_mem = 1", "SQL_NOT_ALLOWED"],
    ["CREATE DATABASE d", "SQL_NOT_ALLOWED"],
    ["CREATE ROLE r", "SQL_NOT_ALLOWED"],
    ["CHECKPOINT", "SQL_NOT_ALLOWED"],
    ["DROP VIEW sluice.journal", "SQL_NOT_ALLOWED"],
    ["CREATE INDEX CONCURRENTLY ON t (a)", "SQL_NOT_ALLOWED"],
    ["ALTER TABLE t DETACH PARTITION u CONCURRENTLY", "SQL_NOT_ALLOWED"],
    ["REINDEX (CONCURRENTLY) SCHEMA s", "SQL_NOT_ALLOWED"],
    ["CREATE TABLE t (a bigint); CREATE INDEX CONCURRENTLY i ON t (a)", "SQL_MIXED_TRANSACTION"],
    ["VACUUM t; VACUUM u", "SQL_MIXED_TRANSACTION"],
    ["-- nothing", "SQL_EMPTY"],
    ["CREATE TABEL t ()", "SQL_SYNTAX"],
  ])("%s", (up, code) => {
    expect(errors({ up })).toContain(code)
    // The same in the other places; what is refused for its phase comes with another code there.
    if (!code.startsWith("SQL_")) {
      expect(errors({ up: "CREATE VIEW v AS SELECT 1 AS a", down: up })).toContain(code)
      expect(errors({ up: "CREATE VIEW v AS SELECT 1 AS a", onComplete: up })).toContain(code)
    }
    for (const { hint } of check({ up })) expect(hint ?? "").not.toBe("")
  })

  test("a statement that needs to stand alone has no place in contract", () => {
    const up = "CREATE INDEX CONCURRENTLY i ON t (a)"
    expect(errors({ up, onComplete: true })).toContain("SQL_NOT_TRANSACTIONAL")
    expect(errors({ up: "CREATE VIEW v AS SELECT 1 AS a", onComplete: up })).toContain("SQL_NOT_TRANSACTIONAL")
  })

  test("up and down go together in one transaction or outside of it", () => {
    const one = "CREATE INDEX CONCURRENTLY i ON t (a)"
    expect(errors({ up: one, down: "DROP INDEX CONCURRENTLY i" })).toEqual([])
    expect(errors({ up: one, down: "DROP INDEX i" })).toContain("SQL_MIXED_TRANSACTION")
  })

  test("a comment doesn't open the door to what is strict", () => {
    expect(errors({ up: "-- sluice: allow data-change\nDELETE FROM t" })).toContain("DATA_CHANGE")
    expect(errors({ up: "-- sluice: allow ban-drop-table\nDROP TABLE t", down: "CREATE TABLE t ()" })).toEqual([])
  })
})

test("dropping is an error in expand, a warning at contract, and the way back needs no excuse", () => {
  expect(errors({ up: "DROP TABLE t", down: "CREATE TABLE t ()" })).toEqual(["BAN_DROP_TABLE"])
  expect(errors({ up: "DROP TABLE t", down: "CREATE TABLE t ()", onComplete: true })).toEqual([])
  expect(errors({ up: "CREATE TABLE t (a bigint)", down: "DROP TABLE t CASCADE" })).toEqual([])
})

test("without a way back the plan says so", () => {
  expect(check({ up: "CREATE TABLE t (a bigint)" })).toMatchObject([{ code: "SQL_NO_UNDO", severity: "warning" }])
  expect(check({ up: "CREATE INDEX CONCURRENTLY i ON t (a)" })).toEqual([])
})

describe("statements that may run in a transaction are one step", () => {
  const up = "CREATE TABLE t (a text DEFAULT 'é;'); -- done\nCREATE VIEW v AS SELECT a FROM t -- the end"

  test("that finds unqualified names and leaves no comment to swallow what follows", () => {
    const [step, ...more] = expand({ up, down: "DROP VIEW v; DROP TABLE t" })
    expect(more).toEqual([])
    expect(step).toMatchObject({ transactional: true, observe: "SELECT 'before'", repair: null, phase: "expand" })
    const kinds = parseStatements(step?.sql ?? "").map(({ kind }) => kind)
    expect(kinds).toEqual(["VariableSetStmt", "CreateStmt", "ViewStmt", "VariableSetStmt"])
    expect(step?.sql).toContain('SET LOCAL search_path TO "Weird ""Schema.x", pg_temp;')
    expect(parseStatements(step?.undo ?? "").length).toBe(4)
  })

  test("with the worst of their risks", () => {
    const [step] = expand({ up: "CREATE VIEW v AS SELECT 1; ALTER TABLE t DROP COLUMN a" })
    expect(step).toMatchObject({ lock: "AccessExclusive", rewritesTable: false, losesData: true, undo: null })
    expect(expand({ up: "CREATE TABLE t (a bigint)" })[0]).toMatchObject({ lock: "none", losesData: false })
    expect(expand({ up: "CREATE RULE r AS ON INSERT TO t DO NOTHING" })[0]).toMatchObject({
      lock: "AccessExclusive",
      rewritesTable: true,
      losesData: true,
    })
  })
})

test("two scripts of one revision have ids of their own, and the same one always the same", () => {
  const id = (up: string): string => expand({ up })[0]?.id ?? ""
  expect(id("CREATE TABLE a ()")).not.toBe(id("CREATE TABLE b ()"))
  expect(id("CREATE TABLE a ()")).toBe(id("CREATE TABLE a ()"))
  expect(id("CREATE TABLE a ()")).toMatch(/^expand\/sql\/0007_raw-[0-9a-f]{8}$/)
})

test("onComplete: true moves up to contract; a text of its own comes besides it", () => {
  const up = "CREATE VIEW v AS SELECT 1 AS a"
  expect(expand({ up, onComplete: true })).toEqual([])
  expect(contract({ up, down: "DROP VIEW v", onComplete: true })).toMatchObject([{ phase: "contract" }])
  expect(contract({ up })).toEqual([])
  const both = { up, onComplete: "DROP VIEW old" }
  expect([...expand(both), ...contract(both)]).toMatchObject([{ phase: "expand" }, { phase: "contract", undo: null }])
})

test("a concurrent index build stands alone, qualified, with its leftover's repair and its undo", () => {
  const [step] = expand({ up: 'CREATE INDEX CONCURRENTLY "I.x" ON /* é */ t (lower(a))' })
  expect(step).toMatchObject({
    transactional: false,
    lock: "ShareUpdateExclusive",
    sql: 'CREATE INDEX CONCURRENTLY "I.x" ON /* é */ "Weird ""Schema.x".t (lower(a))',
    undo: 'DROP INDEX CONCURRENTLY IF EXISTS "Weird ""Schema.x"."I.x"',
    repair: 'DROP INDEX CONCURRENTLY IF EXISTS "Weird ""Schema.x"."I.x"',
  })
  const [drop] = expand({ up: "DROP INDEX CONCURRENTLY i", down: "CREATE INDEX CONCURRENTLY i ON s.t (a)" })
  expect(drop).toMatchObject({
    sql: 'DROP INDEX CONCURRENTLY IF EXISTS "Weird ""Schema.x"."i"',
    undo: "CREATE INDEX CONCURRENTLY i ON s.t (a)",
  })
})

test("what it touches is opaque: of all its texts, folded, qualified, an index with its table", () => {
  const index = {
    name: "i",
    columns: ["a"],
    reads: ["a"],
    unique: false,
    valid: true,
    definition: "",
    constraint: null,
  }
  const table = {
    schema: context.defaultSchema,
    name: "owner of i",
    owner: "o",
    partitioning: "none",
    parent: null,
    persistence: "permanent",
    rowSecurity: { enabled: false, forced: false },
    replicaIdentity: "default",
    comment: null,
    columns: [],
    constraints: [],
    indexes: [index],
    triggers: [],
    grants: [],
    inheritance: null,
    dependents: [],
    columnDependents: [],
  } as const
  const input: SqlInput = {
    up: 'CREATE VIEW V AS SELECT * FROM pg_catalog.pg_class, other."T"',
    down: "DROP INDEX i",
    onComplete: "DROP TABLE gone",
  }
  const names = opaqueRelations(input, { ...empty, tables: [table] }, context).map(({ schema, name }) => [schema, name])
  const { defaultSchema } = context
  expect(names).toEqual([
    [defaultSchema, "v"],
    ["other", "T"],
    [defaultSchema, "i"],
    [defaultSchema, "gone"],
    [defaultSchema, "owner of i"],
  ])
})

test("a script that doesn't parse names nothing and breaks nothing", () => {
  expect(sqlOperation.relations({ up: "CREATE TABEL" }, context)).toEqual([])
})
