import { afterAll, beforeAll, expect, test } from "vitest"
import type { ExpressionCheck } from "../../src/domain/plan.ts"
import { checkExpressions } from "../../src/postgres/expressions.ts"
import { withSession } from "../../src/postgres/session.ts"
import { trusted } from "../../src/sql/sql.ts"
import { createDatabase, createRole, type TestDatabase, type TestRole } from "../harness/database.ts"

// A default that PostgreSQL doesn't cast by itself stopped a run in the middle; one that it does must not be refused.

let database: TestDatabase
let role: TestRole
beforeAll(async () => {
  role = await createRole()
  database = await createDatabase({
    schema: `CREATE TYPE public.mood AS ENUM ('ok', 'sad'); CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
      CREATE SEQUENCE public.numbers; CREATE FUNCTION public.secret() RETURNS bigint LANGUAGE sql AS 'SELECT 1';
      REVOKE EXECUTE ON FUNCTION public.secret() FROM PUBLIC`,
  })
})
afterAll(async () => {
  await database.drop()
  await role.drop()
})

function defaultCheck(expression: string, type: string, origin: "named" | "kept"): ExpressionCheck {
  const relation = { schema: "public", name: "not_there_yet" }
  return { relation, subject: "public.t.x: default", expression: trusted(expression), type, default: origin }
}

const judge = (check: ExpressionCheck, url = database.url) =>
  withSession({ url, applicationName: "test" }, (session) => checkExpressions(session, [check]))

/** What `SET DEFAULT` itself says about it. */
async function isTaken(expression: string, type: string): Promise<boolean> {
  const tried = database.query(`CREATE TABLE public.judge (x ${type} DEFAULT (${expression}));`)
  const taken = await tried.then(
    () => true,
    () => false,
  )
  await database.query("DROP TABLE IF EXISTS public.judge")
  return taken
}

test.each([
  ["7", "text"],
  ["'7'", "bigint"],
  ["'x'::character varying", "text"],
  ["'x'::text", "character varying(10)"],
  ["now()", "timestamp with time zone"],
  ["now()", "timestamp without time zone"],
  ["'ok'::public.mood", "text"],
  ["nextval('public.numbers'::regclass)", "bigint"],
  ["nextval('public.numbers'::regclass)", "integer"],
  ["nextval('public.numbers'::regclass)", "text"],
  ["0", "numeric(12,2)"],
  ["1", "public.positive"],
  ["'{}'::integer[]", "text[]"],
  ["7 -- with a comment", "bigint"],
])("%s is a default of %s, as PostgreSQL has it", async (expression, type) => {
  expect(await isTaken(`${expression}\n`, type)).toBe(true)
  expect(await judge(defaultCheck(expression, type, "kept"))).toEqual([])
})

test.each([
  ["'7'::text", "bigint"],
  ["'ok'::text", "public.mood"],
  ["0", "boolean"],
  ["true", "integer"],
  ["'{}'::text[]", "integer[]"],
  ["NULL::character varying", "bigint"],
])("%s is no default of %s, as PostgreSQL has it", async (expression, type) => {
  expect(await isTaken(expression, type)).toBe(false)
  expect(await judge(defaultCheck(expression, type, "kept"))).toMatchObject([
    {
      code: "DEFAULT_MISMATCH",
      severity: "error",
      subject: "public.t.x: default",
      hint: expect.stringContaining("default: null"),
    },
  ])
  const [named] = await judge(defaultCheck(expression, type, "named"))
  expect(named?.hint).toContain(`::${type}`)
})

test("a kept default that can never be a value of the type is refused with the same way out", async () => {
  expect(await judge(defaultCheck("'x'", "integer", "kept"))).toMatchObject([
    { code: "DATA_REJECTED", hint: expect.stringContaining("default: null") },
  ])
})

test("what only applications compute needs no right of ours, unless the operation names it", async () => {
  const at = database.urlAs(role)
  expect(await judge(defaultCheck("public.secret()", "numeric", "kept"), at)).toEqual([])
  expect(await judge(defaultCheck("public.secret()", "numeric", "named"), at)).toMatchObject([
    { code: "PERMISSION_DENIED" },
  ])
})
