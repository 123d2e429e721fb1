import { mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { readReplication, readSlots } from "../../src/postgres/replication.ts"
import { readServer, relationBytes } from "../../src/postgres/server.ts"
import { withSession, type Session } from "../../src/postgres/session.ts"
import { findPostgresTool } from "../../src/postgres/tools.ts"
import { createDatabase, createRole, type TestDatabase } from "../harness/database.ts"

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase({ schema: "CREATE TABLE t AS SELECT * FROM generate_series(1, 10000)" })
})
afterAll(() => database.drop())

const open = <T>(work: (session: Session) => Promise<T>, url = database.url): Promise<T> =>
  withSession({ url, applicationName: "test" }, work)

test("the server's facts are read", async () => {
  const facts = await open(readServer)
  expect(facts).toMatchObject({ database: database.name, isInRecovery: false, role: "postgres", isSuperuser: true })
  expect(facts.version.startsWith(`${facts.major}.`)).toBe(true)
  const bytes = await open((session) => relationBytes(session, [{ schema: "public", name: "t" }]))
  expect(bytes).toBeGreaterThan(300_000)
  expect(facts.databaseBytes).toBeGreaterThan(bytes)
})

test("no replica is not the same as replicas that can't be seen", async () => {
  expect(await open(readReplication)).toMatchObject({ readable: true, value: { standbys: [] } })
  const role = await createRole()
  const blind = await open(readReplication, database.urlAs(role))
  await role.drop()
  expect(blind).toMatchObject({ readable: false, hint: `GRANT pg_monitor TO ${role.name};` })
})

test("a slot is seen with its lag", async () => {
  const slot = `test_${database.name}`
  await database.query("SELECT pg_create_physical_replication_slot($1, true)", [slot])
  const slots = await open(readSlots)
  await database.query("SELECT pg_drop_replication_slot($1)", [slot])
  expect(slots.readable && slots.value.find(({ name }) => name === slot)).toMatchObject({
    active: false,
    walStatus: "reserved",
  })
})

test("the chosen folder's program comes first, the newest one otherwise, and one that is too old is refused", async () => {
  const server = Number((await open(readServer)).major)
  const found = await findPostgresTool("pg_dump", server, { PATH: inject("postgres").binDirectory })
  expect(found).toContain("pg_dump")
  const folder = join(inject("scratchDirectory"), "old-postgres")
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, "pg_dump"), "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n", { mode: 0o755 })
  expect(await findPostgresTool("pg_dump", 9, { SLUICE_PG_BIN: folder })).toBe(join(folder, "pg_dump"))
  expect(
    await findPostgresTool("pg_dump", server, { SLUICE_PG_BIN: folder, PATH: inject("postgres").binDirectory }),
  ).toBe(found)
  await expect(findPostgresTool("pg_dump", 999, {})).rejects.toMatchObject({ code: "POSTGRES_TOOL_MISSING" })
})
