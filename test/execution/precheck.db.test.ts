import { afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { precheck } from "../../src/execution/precheck.ts"
import type { VersionRoles } from "../../src/domain/versions.ts"
import { registerRun } from "../../src/execution/journal.ts"
import type { TargetRun } from "../../src/execution/target-run.ts"
import { parseConnectionUrl } from "../../src/postgres/connection-url.ts"
import { readIdentity } from "../../src/postgres/database-identity.ts"
import { loadParser } from "../../src/sql/parser.ts"
import { ident, sql } from "../../src/sql/sql.ts"
import { administer, createDatabase, createRole, type TestDatabase } from "../harness/database.ts"
import { nickGroup, usersSync } from "../operations/sync/split-name.ts"
import { beginFilling } from "./filling.ts"
import { addColumnStep, asSession, planOf, targetAt, Witness } from "./setting.ts"

let database: TestDatabase
let run: TargetRun
beforeAll(loadParser)
beforeEach(async () => {
  database = await createDatabase({
    schema: "CREATE TABLE t (id int PRIMARY KEY, email text); INSERT INTO t VALUES (1, NULL), (2, 'x')",
  })
  const [row] = await database.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  )
  const own = { kind: "own", relation: { schema: "public", name: "t" } } as const
  const plan = planOf([addColumnStep("c", { needs: [own] })], { serverMajor: row?.major ?? 0 })
  run = { run: "r1", plan, target: targetAt(database.url) }
})
afterEach(() => database.drop())

const codes = async (of: TargetRun): Promise<readonly string[]> => (await precheck(of)).map(({ code }) => code)

test("finds nothing where all is well, and leaves nothing behind", async () => {
  expect(await codes(run)).toEqual([])
  expect(await database.query("SELECT to_regnamespace('sluice') AS there")).toEqual([{ there: null }])
})

test("names each missing privilege with its GRANT", async () => {
  const role = await createRole()
  const findings = await precheck({ ...run, target: targetAt(database.urlAs(role)) })
  expect(findings.map(({ code, severity }) => `${severity} ${code}`)).toContain("error PRIVILEGE_MISSING")
  for (const finding of findings) expect(finding.hint).toBeTruthy()
  await database.drop()
  await role.drop()
})

test("refuses a database that isn't the one that the run was started for, also where it is a copy of it", async () => {
  const copy = `${database.name}_copy`
  await administer(`CREATE DATABASE ${copy} TEMPLATE ${database.name} STRATEGY wal_log`)
  const copyUrl = new Secret(database.url.reveal().replace(database.name, copy))
  const startedFor = await asSession(database.url, (session) =>
    readIdentity(session, { url: database.url, urlVariables: ["SHOP_URL"] }),
  )
  expect(await codes({ ...run, startedFor })).toEqual([])
  const [found, ...more] = await precheck({ ...run, startedFor, target: targetAt(copyUrl) })
  expect(found).toMatchObject({ code: "TARGET_DIFFERS", severity: "error", hint: expect.stringContaining("SHOP_URL") })
  expect(found?.message).toContain(`/${database.name} (from SHOP_URL)`)
  expect(found?.message).toContain(`/${copy}`)
  expect(JSON.stringify(found)).not.toContain(parseConnectionUrl(database.url).password)
  expect(more).toEqual([])
  await administer(`DROP DATABASE ${copy} WITH (FORCE)`)
})

test("finds an invalid index", async () => {
  await database.query("INSERT INTO t VALUES (3, 'x')")
  await database.query("CREATE UNIQUE INDEX CONCURRENTLY t_email ON t (email)").catch(() => {})
  expect(await codes(run)).toEqual(["INVALID_INDEX"])
})

test("finds another run at work on the same relations, and not itself", async () => {
  const register = (name: string): Promise<void> =>
    asSession(database.url, (session) => registerRun(session, { run: name, plan: run.plan, workflowId: "w" }))
  await register("r1")
  expect(await codes(run)).toEqual([])
  expect(await codes({ ...run, run: "r2" })).toEqual(["RUN_ACTIVE"])
  expect(await codes({ ...run, run: "r2", plan: { ...run.plan, hash: "b".repeat(64) } })).toEqual(["RUN_CONFLICT"])
})

test("finds an old application that isn't on its version's views, before the tables under them change", async () => {
  const role = await createRole()
  const version = { name: "public_0001", base: "public", revision: "0001" }
  const of = (roles: VersionRoles, ended: readonly (typeof version)[]): TargetRun => {
    const versions = { roles, made: [{ ...version, name: "public_0002", revision: "0002" }], ended }
    return { ...run, plan: { ...run.plan, versions } }
  }
  expect(await codes(of({ old: role.name, new: null }, [version]))).toEqual(["ROLE_SEARCH_PATH"])
  expect(await codes(of({ old: role.name, new: null }, []))).toEqual([])
  await role.drop()
})

test("finds roles that aren't there, also where there are no views; the new one has time", async () => {
  const versions = { roles: { old: "nobody at all", new: "nobody either" }, made: [], ended: [] }
  const findings = await precheck({ ...run, plan: { ...run.plan, versions } })
  expect(findings.map(({ code, severity, subject }) => [code, severity, subject])).toEqual([
    ["ROLE_UNKNOWN", "warning", "nobody at all"],
    ["ROLE_UNKNOWN", "info", "nobody either"],
  ])
})

test("finds a plan made for another major version", async () => {
  expect(await codes({ ...run, plan: { ...run.plan, serverMajor: 3 } })).toEqual(["SERVER_CHANGED"])
})

test("finds rows that the new shape can't hold, and gives their keys to the observer alone", async () => {
  const check = {
    code: "VALUE_IS_NULL",
    relation: { schema: "public", name: "t" },
    message: "rows without email",
    hint: "Fill them.",
    sql: sql`SELECT id::text AS key FROM public.t WHERE email IS NULL`,
  }
  const witness = new Witness()
  const findings = await precheck({ ...run, plan: { ...run.plan, dataChecks: [check] } }, witness)
  expect(findings.map(({ code }) => code)).toEqual(["VALUE_IS_NULL"])
  expect(witness.keysSeen).toEqual([{ code: "VALUE_IS_NULL", relation: check.relation, keys: ["1"] }])
})

test("tells whose transactions keep one snapshot, where rows are filled meanwhile", async () => {
  const role = await createRole()
  const users = await createDatabase({ schema: "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)" })
  const { run: filling } = await beginFilling(users, usersSync(nickGroup()))
  await administer(
    `ALTER ROLE ${role.name} IN DATABASE ${users.name} SET default_transaction_isolation = 'serializable'`,
  )
  await administer(`ALTER DATABASE ${users.name} SET default_transaction_isolation = 'repeatable read'`)
  const findings = (await precheck(filling)).filter(({ code }) => code === "STRICT_ISOLATION")
  expect(findings.map(({ subject, message }) => [subject, message.split(" by default")[0]])).toEqual([
    [role.name, `transactions of ${role.name} are serializable`],
    ["test", "transactions of this database are repeatable read"],
  ])
  await users.drop()
  await role.drop()
})

test("asks that as a role of any name", async () => {
  const odd = {
    name: 'Deploy.er "x"',
    password: "secret",
    drop: () => administer(`DROP ROLE ${ident('Deploy.er "x"')}`),
  }
  await administer(`CREATE ROLE ${ident(odd.name)} LOGIN SUPERUSER PASSWORD 'secret'`)
  const users = await createDatabase({ schema: "CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL)" })
  const { run: filling } = await beginFilling(users, usersSync(nickGroup()))
  try {
    expect(await codes({ ...filling, target: { ...filling.target, url: users.urlAs(odd) } })).toEqual([])
  } finally {
    await users.drop()
    await odd.drop()
  }
})
