import { afterEach, beforeEach, expect, test } from "vitest"
import type { Capability } from "../../src/domain/capability.ts"
import { missingCapabilities } from "../../src/postgres/capabilities.ts"
import { capabilityMatrix, type CapabilityCheck } from "../../src/postgres/capability-matrix.ts"
import { withSession, type Session } from "../../src/postgres/session.ts"
import { createDatabase, createRole, type TestDatabase, type TestRole } from "../harness/database.ts"

const relation = { schema: 'My "S', name: "T" }
const needs: readonly Capability[] = [
  { kind: "own", relation },
  { kind: "create-in-schema", schema: relation.schema },
  { kind: "create-on-database" },
  { kind: "references", relation },
  { kind: "select", relation },
  { kind: "usage-on-type", type: '"My ""S".mood[]' },
]

let database: TestDatabase
let role: TestRole
beforeEach(async () => {
  role = await createRole()
  database = await createDatabase({
    schema: `CREATE SCHEMA "My ""S"; CREATE TYPE "My ""S".mood AS ENUM ('a'); REVOKE ALL ON TYPE "My ""S".mood FROM PUBLIC;
      CREATE TABLE "My ""S"."T" (id int PRIMARY KEY, mood "My ""S".mood);
      ALTER TABLE "My ""S"."T" ENABLE ROW LEVEL SECURITY`,
  })
})
afterEach(async () => {
  await database.drop()
  await role.drop()
})

function asRole<T>(work: (session: Session) => Promise<T>): Promise<T> {
  return withSession({ url: database.urlAs(role), applicationName: "test" }, work)
}

test("each missing capability comes with a statement that gives it, hostile names and all", async () => {
  const all: readonly Capability[] = [...needs, ...needs, { kind: "bypass-row-security", relation }]
  const missing = await asRole((session) => missingCapabilities(session, all))
  expect(missing.map(({ capability }) => capability)).toEqual([...needs, { kind: "bypass-row-security", relation }])
  // Membership in a superuser would be everything, and nobody is told to grant it for a table's sake.
  expect(missing[0]?.hint).toBe(`ALTER TABLE "My ""S"."T" OWNER TO ${role.name};`)
  const ownership = /^(GRANT postgres|ALTER TABLE)/ // either would hide the other grants
  for (const { hint } of missing.filter(({ hint }) => !ownership.test(hint))) await database.query(hint)
  const left = await asRole((session) => missingCapabilities(session, needs))
  expect(left.map(({ capability }) => capability.kind)).toEqual(["own"])
})

test("membership in the owner is enough, and its GRANT is named", async () => {
  const owner = await createRole({ prefix: "Owner" })
  await database.query(`ALTER TABLE "My ""S"."T" OWNER TO "${owner.name}"`)
  const own: readonly Capability[] = [
    { kind: "own", relation },
    { kind: "bypass-row-security", relation },
  ]
  const missing = await asRole((session) => missingCapabilities(session, own))
  expect(new Set(missing.map(({ hint }) => hint))).toEqual(new Set([`GRANT "${owner.name}" TO ${role.name};`]))
  for (const { hint } of missing) await database.query(hint)
  expect(await asRole((session) => missingCapabilities(session, own))).toEqual([])
  await database.query(`ALTER TABLE "My ""S"."T" OWNER TO postgres`)
  await owner.drop()
})

test("what doesn't exist yet isn't missing", async () => {
  const nowhere = { schema: "nowhere", name: "t" }
  const missing = await asRole((session) =>
    missingCapabilities(session, [
      { kind: "own", relation: nowhere },
      { kind: "create-in-schema", schema: "nowhere" },
      { kind: "bypass-row-security", relation: nowhere },
      { kind: "usage-on-type", type: "nowhere.t" },
      { kind: "usage-on-type", type: "character varying(100)" },
      { kind: "usage-on-type", type: "timestamp(3) with time zone" },
    ]),
  )
  expect(missing).toEqual([])
})

test("doctor's matrix tells a poor role what it lacks and a superuser that all is well", async () => {
  const poor = await asRole((session) => capabilityMatrix(session, [relation.schema, "nowhere"]))
  const stateOf = (name: string): unknown => poor.find((check) => check.name === name)
  expect(stateOf("schemas")).toMatchObject({ state: "fail", detail: "missing: nowhere" })
  expect(stateOf("create in schemas")).toMatchObject({
    state: "fail",
    hint: `GRANT USAGE, CREATE ON SCHEMA "My ""S" TO ${role.name};`,
  })
  expect(stateOf("create on database")).toMatchObject({
    state: "fail",
    hint: `GRANT CREATE ON DATABASE ${database.name} TO ${role.name};`,
  })
  expect(stateOf("own tables")).toMatchObject({
    state: "warn",
    hint: `ALTER TABLE … OWNER TO ${role.name}; for those that a superuser owns`,
  })
  expect(stateOf("scratch database")).toMatchObject({ state: "warn" })
  expect(stateOf("statistics")).toMatchObject({ state: "warn", hint: `GRANT pg_monitor TO ${role.name};` })
  expect(stateOf("session_replication_role")).toMatchObject({ state: "warn" })

  const rich = await withSession({ url: database.url, applicationName: "test" }, (session) =>
    capabilityMatrix(session, [relation.schema]),
  )
  expect(rich.filter(({ state }) => state === "fail")).toEqual([])
  expect(rich.find(({ name }) => name === "own tables")).toMatchObject({ state: "ok" })
  // Nothing is asked for that no run needs: whoever followed such a hint would restart a server for nothing.
  expect(poor.map(({ name }) => name)).not.toContain("wal_level")
})

test("the row on statements says ok, not created, or hidden with the GRANT", async () => {
  const rowOf = async (matrix: Promise<readonly CapabilityCheck[]>) =>
    (await matrix).find(({ name }) => name === "pg_stat_statements")
  const asked = (session: Session) => capabilityMatrix(session, [relation.schema])
  expect(await rowOf(asRole(asked))).toMatchObject({ state: "warn", hint: "CREATE EXTENSION pg_stat_statements;" })
  await database.query("CREATE EXTENSION pg_stat_statements")
  try {
    expect(await rowOf(asRole(asked))).toMatchObject({
      state: "warn",
      hint: `GRANT pg_read_all_stats TO ${role.name};`,
    })
    expect(await rowOf(withSession({ url: database.url, applicationName: "test" }, asked))).toMatchObject({
      state: "ok",
      hint: null,
    })
  } finally {
    await database.query("DROP EXTENSION pg_stat_statements")
  }
})
