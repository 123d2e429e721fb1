import { expect, test } from "vitest"
import { Secret } from "../../src/config/config.ts"
import { checkControlVersion, migrateControl, openControl } from "../../src/ledger/control.ts"
import { createDatabase } from "../harness/database.ts"
import { openLedger } from "./open-ledger.ts"

test("several processes may set up the control database at the same time", async () => {
  const database = await createDatabase()
  const controls = Array.from({ length: 4 }, () => openControl(database.url, { connections: 1 }))
  await Promise.all(controls.map((control) => migrateControl(control)))
  await Promise.all(controls.map((control) => checkControlVersion(control)))
  await Promise.all(controls.map((control) => control.close()))
  await database.drop()
})

test("a database that isn't set up, or by another program, is refused", async () => {
  const { control, database } = await openLedger()
  const refused = { code: "CONTROL_VERSION", kind: "RefusedError" }
  await database.query("INSERT INTO sluice_control.migration VALUES (99, 'x')")
  await expect(checkControlVersion(control)).rejects.toMatchObject(refused)
  await expect(migrateControl(control)).rejects.toMatchObject(refused)
  await database.query("DELETE FROM sluice_control.migration WHERE version = 99")
  await database.query("UPDATE sluice_control.migration SET checksum = 'edited'")
  await expect(checkControlVersion(control)).rejects.toMatchObject(refused)
  await database.query("DROP SCHEMA sluice_control CASCADE")
  await expect(checkControlVersion(control)).rejects.toMatchObject(refused)
})

test("a server that isn't there is CONTROL_UNREACHABLE, without the password in the message", async () => {
  const control = openControl(new Secret("postgresql://ann:s3cret@127.0.0.1:1/control"))
  const error: unknown = await control.query("SELECT 1").catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: "CONTROL_UNREACHABLE", kind: "TransientError" })
  expect(JSON.stringify(error) + String(error)).not.toContain("s3cret")
  await control.close()
})

test("connections that the server ended are replaced, and nothing is thrown outside a call", async () => {
  const { control, database } = await openLedger({ connections: 3 })
  await Promise.all(Array.from({ length: 9 }, () => control.query("SELECT pg_sleep(0.01)")))
  await database.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice:control'",
  )
  const answers = await Promise.allSettled(Array.from({ length: 6 }, () => control.query("SELECT 1 AS one")))
  for (const answer of answers) {
    if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "CONTROL_UNREACHABLE" })
  }
  expect(await control.query("SELECT 1 AS one")).toEqual([{ one: 1 }])
})

test("a transaction that fails leaves nothing behind, and its connection usable", async () => {
  const { control } = await openLedger({ connections: 1 })
  const failing = control.transaction(async (tx) => {
    await tx.query("CREATE TABLE public.left_behind (id int)")
    await tx.query("SELECT 1/0")
  })
  await expect(failing).rejects.toMatchObject({ kind: "UserError" })
  expect(await control.query("SELECT to_regclass('public.left_behind') AS found")).toEqual([{ found: null }])
})

test("a transaction whose failure was swallowed doesn't look committed", async () => {
  const { control } = await openLedger()
  const swallowing = control.transaction(async (tx) => {
    await tx.query("SELECT 1/0").catch(() => null)
    return "fine"
  })
  await expect(swallowing).rejects.toMatchObject({ kind: "UserError" })
})
