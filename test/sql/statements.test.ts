import { beforeAll, expect, test } from "vitest"
import { SluiceError } from "../../src/domain/errors.ts"
import { loadParser, parseStatements } from "../../src/sql/parser.ts"

beforeAll(loadParser)

const names = (text: string): readonly string[] =>
  parseStatements(text)
    .flatMap(({ relations }) => relations)
    .map(({ schema, name }) => (schema === null ? name : `${schema}.${name}`))

test("statements come with their own text, bytes and line, whatever stands between them", () => {
  const text = "-- ä; not a statement\nSELECT 'ö;';\n\n/* x */ DROP TABLE b ; ;\nVACUUM c -- the end; é"
  const found = parseStatements(text).map(({ kind, line, text: own }) => [kind, line, own])
  expect(found).toEqual([
    ["SelectStmt", 2, "SELECT 'ö;'"],
    ["DropStmt", 4, "DROP TABLE b"],
    ["VacuumStmt", 5, "VACUUM c"],
  ])
  const bytes = Buffer.from(text)
  for (const { start, end, text: own } of parseStatements(text)) expect(bytes.subarray(start, end).toString()).toBe(own)
})

test.each([
  ["CREATE TABLE t ()", "ddl"],
  ["SELECT 1 INTO t", "ddl"],
  ["CREATE TABLE t AS SELECT 1", "ddl"],
  ["INSERT INTO t VALUES (1)", "data"],
  ["WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", "data"],
  ["EXPLAIN ANALYZE UPDATE t SET a = 1", "data"],
  ["MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", "data"],
  ["COPY t FROM STDIN", "data"],
  ["TRUNCATE t", "data"],
  ["COMMIT", "transaction"],
  ["SAVEPOINT s", "transaction"],
  ["DO $$ BEGIN END $$", "dynamic"],
  ["CALL p()", "dynamic"],
  ["SET lock_timeout = 0", "session"],
  ["LOCK TABLE t", "session"],
  ["SELECT 1", "query"],
  ["VACUUM t", "maintenance"],
  ["CREATE DATABASE d", "server"],
  ["ALTER SYSTEM SET work_mem = 1", "server"],
])("%s is %s", (text, category) => {
  expect(parseStatements(text).map((statement) => statement.category)).toEqual([category])
})

test.each([
  ['ALTER TABLE Foo ADD FOREIGN KEY (a) REFERENCES "S"."Bar"', ["foo", "S.Bar"]],
  ["DROP TABLE a.b, c", ["a.b", "c"]],
  ["DROP INDEX s.i", ["s.i"]],
  ["DROP TRIGGER x ON s.t", ["s.t"]],
  ["COMMENT ON COLUMN s.t.c IS 'x'", ["s.t"]],
  ["CREATE SEQUENCE q OWNED BY t.c", ["q", "t"]],
  ["CREATE VIEW v AS WITH w AS (SELECT 1) SELECT * FROM w, t", ["v", "t"]],
  ["CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", ["t"]],
  ["GRANT SELECT ON t, u TO r", ["t", "u"]],
])("%s names its relations", (text, expected) => expect(names(text)).toEqual(expected))

test("a syntax error tells its line", () => {
  let caught: unknown
  try {
    parseStatements("SELECT 1;\n\nSELEC 2;")
  } catch (error) {
    caught = error
  }
  expect(caught).toBeInstanceOf(SluiceError)
  expect((caught as SluiceError).finding).toMatchObject({ code: "SQL_SYNTAX", line: 3 })
})

test("an empty script has no statements", () => {
  expect(parseStatements("")).toEqual([])
  expect(parseStatements("-- nothing\n;;")).toEqual([])
})
