import { afterAll, beforeAll, expect, test } from "vitest"
import type { DataCheck, ExpressionCheck } from "../../src/domain/plan.ts"
import { runDataChecks } from "../../src/postgres/data-checks.ts"
import { checkExpressions } from "../../src/postgres/expressions.ts"
import { withSession, type Session } from "../../src/postgres/session.ts"
import { trusted } from "../../src/sql/sql.ts"
import { createDatabase, createRole, type TestDatabase, type TestRole } from "../harness/database.ts"

const relation = { schema: "public", name: "users" }
let database: TestDatabase
let role: TestRole
beforeAll(async () => {
  role = await createRole()
  database = await createDatabase({
    schema: `CREATE TABLE users (id int PRIMARY KEY, name text);
      INSERT INTO users SELECT i, CASE WHEN i > 250 THEN 'secret' || i END FROM generate_series(1, 500) AS i;
      CREATE TABLE guarded (id int); INSERT INTO guarded VALUES (1);
      ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
      GRANT SELECT ON guarded TO ${role.name}`,
  })
})
afterAll(async () => {
  await database.drop()
  await role.drop()
})

const open = <T>(work: (session: Session) => Promise<T>, url = database.url): Promise<T> =>
  withSession({ url, applicationName: "test" }, work)

function dataCheck(sql: string, of = relation): DataCheck {
  return { code: "VALUE_MISSING", relation: of, message: "a name is missing", hint: "fill it", sql: trusted(sql) }
}

function expressionCheck(expression: string, type = "text"): ExpressionCheck {
  return { relation, subject: "public.users.x: up", expression: trusted(expression), type }
}

test("offending rows are counted exactly and their keys are capped", async () => {
  const check = dataCheck("SELECT id AS key FROM public.users WHERE name IS NULL ORDER BY id")
  const { findings, keys } = await open((session) => runDataChecks(session, [check]))
  expect(findings).toMatchObject([{ code: "VALUE_MISSING", severity: "error", subject: "public.users" }])
  expect(findings[0]?.message).toContain("(250 rows)")
  expect(keys).toMatchObject([{ code: "VALUE_MISSING", relation }])
  expect(keys[0]?.keys).toHaveLength(100)
})

test("a check without offending rows says nothing", async () => {
  const check = dataCheck("SELECT id AS key FROM public.users WHERE id < 0 -- none")
  expect(await open((session) => runDataChecks(session, [check]))).toEqual({ findings: [], keys: [] })
})

test("an expression that fails on a row is a finding without the row's value", async () => {
  const check = dataCheck("SELECT id AS key FROM public.users WHERE name::int IS NULL AND name IS NOT NULL")
  const { findings } = await open((session) => runDataChecks(session, [check, dataCheck("SELECT 'k' AS key")]))
  expect(findings.map(({ code }) => code)).toEqual(["DATA_REJECTED", "VALUE_MISSING"])
  expect(JSON.stringify(findings)).not.toContain("secret")
  // Made by an earlier version, it can't be asked row by row.
  expect(findings[0]?.message).toContain("when it was looked for rows of which this is true: a name is missing")
  expect(findings[0]?.hint).toContain("Their keys aren't known")
})

test("a check that takes too long is given up and proves nothing", async () => {
  const check = dataCheck("SELECT id AS key FROM public.users WHERE pg_sleep(600) IS NULL")
  const { findings } = await open((session) => runDataChecks(session, [check], { statementTimeoutMs: 20 }))
  expect(findings).toMatchObject([{ code: "DATA_CHECK_TOO_SLOW", severity: "error" }])
})

test("a check can't write", async () => {
  await database.query(`CREATE FUNCTION meddle() RETURNS text LANGUAGE sql AS
    $$ DELETE FROM public.users RETURNING 'x' $$`)
  const { findings } = await open((session) =>
    runDataChecks(session, [dataCheck("SELECT public.meddle() AS key")]),
  ).catch((error: unknown) => ({ findings: [error] }))
  expect(findings).toMatchObject([{ code: "SERVER_READ_ONLY" }])
})

test("rows that row security hides are said to be unproven", async () => {
  const check = dataCheck("SELECT id AS key FROM public.guarded", { schema: "public", name: "guarded" })
  const { findings } = await open((session) => runDataChecks(session, [check]), database.urlAs(role))
  expect(findings).toMatchObject([
    { code: "ROW_SECURITY_HIDES_ROWS", severity: "warning", hint: `GRANT postgres TO ${role.name};` },
  ])
})

test.each([
  ["upper(name)", "text"],
  ["id", "bigint"],
  ["name -- with a comment", "character varying(10)"],
])("PostgreSQL accepts %s as %s", async (expression, type) => {
  expect(await open((session) => checkExpressions(session, [expressionCheck(expression, type)]))).toEqual([])
})

test.each([
  ["nmae", "text", "UNKNOWN_COLUMN"],
  ["uper(name)", "text", "UNKNOWN_FUNCTION"],
  ["count(*)", "bigint", "SQL_REFUSED"],
  ["row_number() over ()", "bigint", "SQL_REFUSED"],
  ["now()", "integer", "TYPE_MISMATCH"],
  ["1/0", "integer", "DATA_REJECTED"],
  ["name", "shop.nothing", "UNKNOWN_SCHEMA"],
])("PostgreSQL refuses %s as %s", async (expression, type, code) => {
  const findings = await open((session) => checkExpressions(session, [expressionCheck(expression, type)]))
  expect(findings).toMatchObject([{ code, severity: "error", subject: "public.users.x: up" }])
  // There is neither a run nor a row that could be looked for.
  expect(findings[0]?.hint ?? "").not.toContain("sluice status")
})
