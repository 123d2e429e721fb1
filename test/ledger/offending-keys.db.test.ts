import { expect, test } from "vitest"
import { forgetOffendingKeys, listOffendingKeys, saveOffendingKeys } from "../../src/ledger/offending-keys.ts"
import { openLedger } from "./open-ledger.ts"

const found = {
  run: "shop-1",
  step: "verify/users",
  code: "MISMATCH",
  relation: { schema: "public", name: 'we"ird.x' },
}

test("keys are kept once each, in groups, and never in the ledger", async () => {
  const { control, database } = await openLedger()
  await saveOffendingKeys(control, { ...found, keys: ["10", "9", "9"] })
  await saveOffendingKeys(control, { ...found, keys: ["9", "11"] })
  await saveOffendingKeys(control, { ...found, code: "NULL_VALUE", keys: ["k".repeat(5_000)] })
  expect(await listOffendingKeys(control, "shop-1")).toEqual([
    { ...found, keys: ["9", "10", "11"] },
    { ...found, code: "NULL_VALUE", keys: ["k".repeat(5_000)] },
  ])
  expect(await database.query("SELECT 1 FROM sluice_control.entry")).toEqual([])
})

test("what a step is about to look for anew is forgotten, that of others isn't", async () => {
  const { control } = await openLedger()
  const other = { ...found, step: "precheck" }
  await saveOffendingKeys(control, { ...found, keys: ["1"] })
  await saveOffendingKeys(control, { ...other, keys: ["2"] })
  await forgetOffendingKeys(control, other)
  expect(await listOffendingKeys(control, "shop-1")).toEqual([{ ...found, keys: ["1"] }])
})

test("keys whose time is over are gone with the next that are kept", async () => {
  const { control, database } = await openLedger()
  await saveOffendingKeys(control, { ...found, keys: ["1"] }, 0)
  expect(await listOffendingKeys(control, "shop-1")).toEqual([])
  await saveOffendingKeys(control, { ...found, keys: ["2"] })
  expect(await listOffendingKeys(control, "shop-1")).toEqual([{ ...found, keys: ["2"] }])
  expect(await database.query("SELECT key FROM sluice_control.offending_key")).toEqual([{ key: "2" }])
  const [row] = await database.query(
    "SELECT forget_at - found_at BETWEEN '29 days 23 h' AND '30 days' AS kept FROM sluice_control.offending_key",
  )
  expect(row).toEqual({ kept: true })
})
