import { expect, test } from "vitest"
import { appendSome, openLedger } from "./open-ledger.ts"
import { entryHash } from "../../src/ledger/entry-row.ts"

/** What `verify` says of a chain of ten entries after somebody has done this to it. */
async function verifyAfter(statement: string) {
  const { ledger, tamper } = await openLedger()
  await appendSome(ledger, 10)
  await tamper(statement)
  const { valid, entries, problem } = await ledger.verify()
  return { valid, entries, code: problem?.code, subject: problem?.subject }
}

test.each([
  ["detail", `UPDATE sluice_control.entry SET detail = '{"number": 40}' WHERE seq = 4`],
  ["actor", "UPDATE sluice_control.entry SET actor = 'eve' WHERE seq = 4"],
  ["time", "UPDATE sluice_control.entry SET at = at + interval '1 ms' WHERE seq = 4"],
  ["run", "UPDATE sluice_control.entry SET run = NULL WHERE seq = 4"],
  ["hash", "UPDATE sluice_control.entry SET hash = repeat('0', 64) WHERE seq = 4"],
  ["previous hash", "UPDATE sluice_control.entry SET previous_hash = repeat('f', 64) WHERE seq = 4"],
])("a changed %s is found at its entry", async (_what, statement) => {
  expect(await verifyAfter(statement)).toEqual({
    valid: false,
    entries: 3,
    code: "LEDGER_CHANGED",
    subject: "ledger entry 4",
  })
})

test("a missing row and a cut middle are found where they were", async () => {
  const missing = await verifyAfter("DELETE FROM sluice_control.entry WHERE seq = 6")
  expect(missing).toEqual({ valid: false, entries: 5, code: "LEDGER_MISSING", subject: "ledger entry 6" })
  const cut = await verifyAfter("DELETE FROM sluice_control.entry WHERE seq BETWEEN 3 AND 7")
  expect(cut).toEqual({ valid: false, entries: 2, code: "LEDGER_MISSING", subject: "ledger entry 3" })
  const beginning = await verifyAfter("DELETE FROM sluice_control.entry WHERE seq <= 2")
  expect(beginning).toEqual({ valid: false, entries: 0, code: "LEDGER_MISSING", subject: "ledger entry 1" })
})

test("a cut middle with the rest moved up is found", async () => {
  const moved = await verifyAfter(`
    DELETE FROM sluice_control.entry WHERE seq = 3;
    UPDATE sluice_control.entry SET seq = seq - 1 WHERE seq = 4`)
  expect(moved).toEqual({ valid: false, entries: 2, code: "LEDGER_SWAPPED", subject: "ledger entry 3" })
})

test("two swapped rows are found, with the place where each was written", async () => {
  const { ledger, tamper } = await openLedger()
  await appendSome(ledger, 6)
  await tamper(`
    UPDATE sluice_control.entry SET seq = 1000 WHERE seq = 2;
    UPDATE sluice_control.entry SET seq = 2 WHERE seq = 5;
    UPDATE sluice_control.entry SET seq = 5 WHERE seq = 1000`)
  const { valid, problem } = await ledger.verify()
  expect({ valid, code: problem?.code }).toEqual({ valid: false, code: "LEDGER_SWAPPED" })
  expect(problem?.message).toContain("what stands as entry 2 was written as entry 5")
})

test("a changed row with a hash made to fit is found at the next one", async () => {
  const { ledger, database, tamper } = await openLedger()
  await appendSome(ledger, 5)
  const third = (await ledger.entriesOf("shop-1"))[2]
  if (!third) throw new RangeError("no third entry")
  const forged = entryHash({ ...third, actor: "eve" })
  await tamper(`UPDATE sluice_control.entry SET actor = 'eve', hash = '${forged}' WHERE seq = 3`)
  expect(await database.query("SELECT actor FROM sluice_control.entry WHERE seq = 3")).toEqual([{ actor: "eve" }])
  const { valid, entries, problem } = await ledger.verify()
  expect({ valid, entries, code: problem?.code }).toEqual({ valid: false, entries: 3, code: "LEDGER_BROKEN" })
})

test("a row put in before the beginning is found", async () => {
  const added = await verifyAfter(`
    ALTER TABLE sluice_control.entry DROP CONSTRAINT entry_seq_check;
    INSERT INTO sluice_control.entry SELECT -1, at, actor, kind, run, step, attempt, detail, 'x', 'y'
      FROM sluice_control.entry WHERE seq = 1`)
  expect(added).toMatchObject({ valid: false, entries: 0, code: "LEDGER_MISSING" })
})

test("a long chain is read page by page, to its end", async () => {
  const { ledger, tamper } = await openLedger()
  await ledger.within(async (_tx, append) => {
    for (let number = 1; number <= 2_500; number++) await append({ actor: "a", kind: "run.state", detail: { number } })
  })
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 2_500 })
  await tamper("UPDATE sluice_control.entry SET actor = 'eve' WHERE seq = 2400")
  expect(await ledger.verify()).toMatchObject({ valid: false, entries: 2_399 })
})
