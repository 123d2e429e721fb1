import { expect, test } from "vitest"
import { largestDetailBytes } from "../../src/ledger/detail.ts"
import { entryHash, genesisHash } from "../../src/ledger/entry-row.ts"
import { appendSome, openLedger } from "./open-ledger.ts"

test("an entry comes back as it was written, with a hash over everything else", async () => {
  const { ledger } = await openLedger()
  const detail = {
    zebra: 1,
    "10": "ten",
    "9": "nine",
    ä: "ä",
    "\u{1f98a}": "🦊 \u2028 \u007f \\u0000 \\ \" '",
    "": "empty key",
    small: 5e-324,
    large: 1.7976931348623157e308,
    tenth: 0.1 + 0.2,
    big: 2 ** 53,
    e21: 1e21,
    minus: -0.000001,
    nothing: null,
    list: [1, [], {}, [null, true]],
    nested: { b: { a: 1 }, a: "x".repeat(5_000) },
    zero: -0,
  }
  const written = await ledger.append({
    actor: "ännie",
    kind: "run.state",
    run: "shop-1",
    step: "s",
    attempt: 3,
    detail,
  })
  const [read] = await ledger.entriesOf("shop-1")
  expect(read).toEqual({ ...written, detail: { ...detail, zero: 0 } })
  expect(read && entryHash(read)).toBe(written.hash)
  expect(written.previousHash).toBe(genesisHash)
  expect(written.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 1, head: written.hash, problem: null })
})

test("parallel appends give one chain without gaps or forks", async () => {
  const { ledger, control } = await openLedger()
  const appended = await Promise.all(
    Array.from({ length: 60 }, (_, number) => ledger.append({ actor: "a", kind: "run.state", detail: { number } })),
  )
  expect(appended.map((entry) => entry.seq).toSorted((a, b) => a - b)).toEqual(appended.map((_, index) => index + 1))
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 60 })
  const [row] = await control.query("SELECT count(DISTINCT previous_hash)::int AS parents FROM sluice_control.entry")
  expect(row).toEqual({ parents: 60 })
})

test("an append that failed leaves no gap", async () => {
  const { ledger } = await openLedger()
  await appendSome(ledger, 2)
  const failing = ledger.within(async (_tx, append) => {
    await append({ actor: "a", kind: "run.state", detail: {} })
    throw new RangeError("on purpose")
  })
  await expect(failing).rejects.toThrow("on purpose")
  await appendSome(ledger, 1)
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 3 })
})

test("an entry that is sent twice under one key is written once", async () => {
  const { ledger } = await openLedger()
  const entry = { actor: "a", kind: "run.state", detail: { text: "once" } } as const
  const [first, second] = await Promise.all([ledger.append(entry, "key"), ledger.append(entry, "key")])
  expect(second).toEqual(first)
  expect(await ledger.verify()).toMatchObject({ entries: 1 })
})

test("the database itself refuses to change, delete or truncate entries, also for replication", async () => {
  const { database, ledger } = await openLedger()
  await appendSome(ledger, 2)
  for (const statement of [
    "UPDATE sluice_control.entry SET actor = 'eve' WHERE seq = 1",
    "DELETE FROM sluice_control.entry WHERE seq = 2",
    "TRUNCATE sluice_control.entry",
    "SET session_replication_role = replica; DELETE FROM sluice_control.entry",
    "INSERT INTO sluice_control.entry SELECT * FROM sluice_control.entry ON CONFLICT (seq) DO UPDATE SET actor = 'eve'",
  ]) {
    await expect(database.query(statement)).rejects.toThrow("is refused")
  }
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 2 })
})

test("what isn't plain JSON, doesn't fit, or can't be stored as text is refused before anything is written", async () => {
  const { ledger } = await openLedger()
  const append = (detail: Record<string, unknown>) => ledger.append({ actor: "a", kind: "run.state", detail })
  await expect(append({ a: undefined })).rejects.toMatchObject({ code: "BUG" })
  await expect(append({ a: Number.NaN })).rejects.toMatchObject({ code: "BUG" })
  await expect(append({ a: new Date() })).rejects.toMatchObject({ code: "BUG" })
  await expect(append({ a: [1n] })).rejects.toMatchObject({ code: "BUG" })
  await expect(append({ a: "\0" })).rejects.toMatchObject({ code: "LEDGER_DETAIL" })
  await expect(append({ "\ud800": 1 })).rejects.toMatchObject({ code: "LEDGER_DETAIL" })
  await expect(append({ a: "x".repeat(largestDetailBytes) })).rejects.toMatchObject({ code: "LEDGER_DETAIL" })
  await expect(ledger.append({ actor: "\udc00", kind: "run.state", detail: {} })).rejects.toMatchObject({
    code: "LEDGER_DETAIL",
  })
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 0, head: genesisHash })
})
