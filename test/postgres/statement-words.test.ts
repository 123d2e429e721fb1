import { expect, test } from "vitest"
import { statementWords } from "../../src/postgres/statement-words.ts"

test.each([
  ["UPDATE public.users SET name = 'secret' WHERE id = 5", "UPDATE public.users SET"],
  ['LOCK TABLE "We ird"."x""y" IN SHARE MODE', 'LOCK TABLE "We ird"."x""y"'],
  ["SELECT 'secret'", "SELECT"],
  ["SELECT 42 AS answer", "SELECT"],
  ["SELECT id, name FROM t", "SELECT id"],
  ["SELECT E'secret'", "SELECT"],
  ["SELECT $$secret$$", "SELECT"],
  ["SET app.token TO secret", "SET app.token TO"],
  ["SET LOCAL app.token TO secret", "SET LOCAL app.token"],
  ["-- trace=secret\n/* secret\nsecret */ DELETE FROM t", "DELETE FROM t"],
  ["ALTER ROLE app PASSWORD 'secret'", "ALTER ROLE app"],
  ["autovacuum: VACUUM ANALYZE public.t (to prevent wraparound)", "autovacuum: VACUUM ANALYZE"],
  ["CALL grant_access('secret')", "CALL grant_access"],
  ["COMMIT", "COMMIT"],
  ["<insufficient privilege>", null],
  ["", null],
  [null, null],
])("of %j only the safe beginning is shown", (query, words) => {
  expect(statementWords(query)).toBe(words)
})
