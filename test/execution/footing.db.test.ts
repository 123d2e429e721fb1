import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { loadParser } from "../../src/sql/parser.ts"
import { Purging } from "../operations/archive/purging.ts"
import { addEmail, people } from "./required-email.ts"
import { journalOf } from "./setting.ts"

let change: Purging
beforeAll(loadParser)
beforeEach(async () => {
  change = await Purging.begin(people, [addEmail])
})
afterEach(() => change.end())

test("a backfill asks once more in the transaction that ends it: its rows were filled, and may drift apart since", async () => {
  await change.through("expand/people/sync")
  const before = await journalOf(change.run)
  const [sync] = change.plan.syncs
  // The last thing told before the end: every row is done.
  const told = vi.spyOn(change.witness, "progress").mockImplementation(async (_, { rowsDone, rowsTotal }) => {
    if (rowsDone === rowsTotal) await change.query("ALTER TABLE people DISABLE TRIGGER USER")
  })
  await expect(change.through("backfill/people/fill")).rejects.toMatchObject({ code: "DUAL_WRITE_BROKEN" })
  expect(await change.query("SELECT FROM people WHERE email IS NULL")).toEqual([])
  expect(await journalOf(change.run)).toEqual(before)
  told.mockRestore()
  await change.query(`
    ALTER TABLE people ENABLE ALWAYS TRIGGER "${sync?.insertTrigger}";
    ALTER TABLE people ENABLE ALWAYS TRIGGER "${sync?.updateTrigger}"`)
  await change.through("backfill/people/fill")
  expect(await journalOf(change.run)).toEqual([...before, "do done"])
})
