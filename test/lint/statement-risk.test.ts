import { beforeAll, expect, test } from "vitest"
import { readScript } from "../../src/lint/script.ts"
import { riskOf } from "../../src/lint/statement-risk.ts"
import { loadParser } from "../../src/sql/parser.ts"

beforeAll(loadParser)

const worst = ["AccessExclusive", true, true, true]

test.each([
  ["CREATE TABLE t (a int)", ["none", false, false, true]],
  ["CREATE TABLE t (a int REFERENCES u)", ["ShareRowExclusive", false, false, true]],
  ["CREATE INDEX i ON t (a)", ["Share", false, false, true]],
  ["CREATE INDEX CONCURRENTLY i ON t (a)", ["ShareUpdateExclusive", false, false, false]],
  ["DROP INDEX CONCURRENTLY i", ["ShareUpdateExclusive", false, false, false]],
  ["DROP INDEX i", ["AccessExclusive", false, false, true]],
  ["DROP TABLE t", ["AccessExclusive", false, true, true]],
  ["DROP SEQUENCE s", ["AccessExclusive", false, true, true]],
  ["ALTER TABLE t ADD COLUMN a int", ["AccessExclusive", false, false, true]],
  ["ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()", ["AccessExclusive", true, false, true]],
  ["ALTER TABLE t DROP COLUMN a", ["AccessExclusive", false, true, true]],
  ["ALTER TABLE t VALIDATE CONSTRAINT c", ["ShareUpdateExclusive", false, false, true]],
  ["ALTER TABLE t ALTER a TYPE int", worst],
  ["VACUUM t", ["ShareUpdateExclusive", false, false, false]],
  ["VACUUM FULL t", ["AccessExclusive", true, false, false]],
  ["ANALYZE t", ["ShareUpdateExclusive", false, false, true]],
  ["REINDEX TABLE t", worst],
  ["CREATE VIEW v AS SELECT 1", ["AccessExclusive", false, false, true]],
  ["ALTER TYPE m ADD VALUE 'x'", worst],
  ["CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING", worst],
])("%s: what isn't known is the worst", (text, expected) => {
  const script = readScript(text)
  const risks = script.statements.map((statement) => riskOf(statement, script))
  expect(
    risks.map(({ lock, rewritesTable, losesData, transactional }) => [lock, rewritesTable, losesData, transactional]),
  ).toEqual([expected])
})
