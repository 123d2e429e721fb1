import { afterAll, beforeAll, expect, test } from "vitest"
import { versionsAtGate, type VersionsInUse } from "../../src/execution/version-roles.ts"
import type { GateName, WaitName } from "../../src/domain/gate.ts"
import type { VersionRoles } from "../../src/domain/versions.ts"
import { createDatabase, createRole, type TestDatabase, type TestRole } from "../harness/database.ts"
import { asSession } from "./setting.ts"

let database: TestDatabase
let application: TestRole

beforeAll(async () => {
  database = await createDatabase()
  application = await createRole({ prefix: "app_v2" })
})
afterAll(async () => {
  await database.drop()
  await application.drop()
})

function at(gate: GateName, roles: VersionRoles): Promise<VersionsInUse> {
  const made = [{ name: "public_0002", base: "public", revision: "0002" }]
  const ended = [{ name: "public_0001", base: "public", revision: "0001" }]
  return asSession(database.url, (session) => versionsAtGate(session, { roles, made, ended }, gate))
}

const seen = ({ roles, findings }: VersionsInUse): unknown => [
  roles.map(({ holds }) => holds),
  findings.map(({ severity, code }) => `${severity} ${code}`),
]

test("the statement that a gate prints, run as it stands, makes the gate content, in this database alone", async () => {
  const roles = { old: null, new: application.name }
  const before = await at("switch", roles)
  expect(seen(before)).toEqual([[false], ["warning ROLE_SEARCH_PATH"]])
  const [statement] = (before.findings[0]?.hint ?? "").split(" Sessions that")
  await database.query(statement ?? "")
  expect(seen(await at("switch", roles))).toEqual([[true], []])
  const other = await createDatabase()
  const elsewhere = await asSession(other.url, (session) =>
    versionsAtGate(
      session,
      { roles, made: [{ name: "public_0002", base: "public", revision: "0002" }], ended: [] },
      "switch",
    ),
  )
  await other.drop()
  expect(seen(elsewhere)).toEqual([[false], ["warning ROLE_SEARCH_PATH"]])
})

test("PostgreSQL's precedence counts: what is set for the role here stands above what is set for it everywhere", async () => {
  const roles = { old: application.name, new: null }
  await database.query(`ALTER ROLE ${application.name} SET search_path = public_0001, public`)
  expect(seen(await at("dual-write", roles))).toEqual([
    [false],
    ["warning ROLE_SEARCH_PATH", "info VERSION_SCHEMA_READY"],
  ])
  await database.query(`ALTER ROLE ${application.name} IN DATABASE ${database.name} RESET search_path`)
  expect(seen(await at("dual-write", roles))).toEqual([[true], ["info VERSION_SCHEMA_READY"]])
})

test("at the first gate the new application needn't be there yet; a role that doesn't exist is named", async () => {
  const waiting = await at("dual-write", { old: null, new: application.name })
  expect(seen(waiting)).toEqual([[false], ["info ROLE_SEARCH_PATH"]])
  expect(seen(await at("switch", { old: null, new: "nobody at all" }))).toEqual([[false], ["warning ROLE_UNKNOWN"]])
})

test("other gates are about something else than views", async () => {
  expect(seen(await at("contract", { old: application.name, new: null }))).toEqual([[], []])
})

test("without views each gate names the missing role whose sessions it goes by, with one that may have been meant", async () => {
  const roles = { old: `${application.name}x`, new: "nobody at all" }
  const without = (gate: WaitName): Promise<VersionsInUse> =>
    asSession(database.url, (session) => versionsAtGate(session, { roles, made: [], ended: [] }, gate))
  const told = async (gate: WaitName): Promise<unknown> =>
    (await without(gate)).findings.map(({ severity, code, subject }) => [severity, code, subject])
  const old = ["warning", "ROLE_UNKNOWN", roles.old]
  expect(await told("dual-write")).toEqual([old, ["info", "ROLE_UNKNOWN", roles.new]])
  expect(await told("switch")).toEqual([old, ["warning", "ROLE_UNKNOWN", roles.new]])
  expect(await told("contract")).toEqual([old])
  expect(await told("purge")).toEqual([])
  expect(await told("new-writers-gone")).toEqual([["warning", "ROLE_UNKNOWN", roles.new]])
  expect((await without("contract")).findings[0]?.hint).toContain(`Did you mean ${application.name}?`)
})
