import { expect, test } from "vitest"
import { migrateControl } from "../../src/ledger/control.ts"
import { identityOf } from "../../src/ledger/identity.ts"
import { appendSome, openLedger } from "./open-ledger.ts"

test("every control database has a name of its own, which stays", async () => {
  const [one, other] = [await openLedger(), await openLedger()]
  const name = await identityOf(one.control)
  expect(name).not.toBe(await identityOf(other.control))
  await migrateControl(one.control)
  expect(await identityOf(one.control)).toBe(name)
  for (const text of ["UPDATE sluice_control.identity SET name = 'x'", "DELETE FROM sluice_control.identity"])
    await expect(one.database.query(text)).rejects.toThrow("never changed")
})

test("one that an earlier version has begun gets the same name from each of its backups", async () => {
  const { control, database, ledger } = await openLedger()
  await appendSome(ledger, 2)
  const asBefore = "DROP TABLE sluice_control.identity; DELETE FROM sluice_control.migration WHERE version >= 5"
  await database.query(asBefore)
  await migrateControl(control)
  const name = await identityOf(control)
  await database.query(asBefore)
  await appendSome(ledger, 1)
  await migrateControl(control)
  expect(await identityOf(control)).toBe(name)
})
