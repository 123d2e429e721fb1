import { readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, inject, test } from "vitest"
import type { Finding } from "../../src/domain/finding.ts"
import { appendSome, openLedger } from "./open-ledger.ts"

let files = 0
async function openAnchored() {
  const anchorFile = join(inject("scratchDirectory"), `ledger-head-${process.pid}-${++files}`)
  const told: Finding[] = []
  const opened = await openLedger({ anchorFile, onAnchorProblem: (finding) => told.push(finding) })
  return { ...opened, anchorFile, told }
}

test("a cut tail is seen by the anchor, and only by it", async () => {
  const { ledger, tamper, told } = await openAnchored()
  await appendSome(ledger, 8)
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 8, problem: null })
  await tamper("DELETE FROM sluice_control.entry WHERE seq > 5")
  expect(await ledger.verify({ anchorFile: null })).toMatchObject({ valid: true, entries: 5 })
  expect(await ledger.verify()).toMatchObject({ valid: false, problem: { code: "LEDGER_CUT" } })
  expect(told).toEqual([])
})

test("entries written after a cut don't hide it", async () => {
  const { ledger, tamper, anchorFile, told } = await openAnchored()
  await appendSome(ledger, 8)
  const before = await readFile(anchorFile, "utf8")
  await tamper("DELETE FROM sluice_control.entry WHERE seq > 5")
  await appendSome(ledger, 6)
  expect(await readFile(anchorFile, "utf8")).toBe(before)
  expect(await ledger.verify()).toMatchObject({ valid: false, entries: 11, problem: { code: "LEDGER_REPLACED" } })
  expect(told.map((finding) => finding.code)).toContain("LEDGER_REPLACED")
})

test("parallel appends leave the anchor at the head or a little before it, never broken", async () => {
  const { ledger, anchorFile, told } = await openAnchored()
  await Promise.all(Array.from({ length: 30 }, () => ledger.append({ actor: "a", kind: "run.state", detail: {} })))
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 30, problem: null })
  expect(JSON.parse(await readFile(anchorFile, "utf8"))).toMatchObject({
    hash: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(told).toEqual([])
})

test("an anchor that can't be read is a problem, one that was lost a warning; neither stops the work", async () => {
  const { ledger, anchorFile, told } = await openAnchored()
  await appendSome(ledger, 2)
  await writeFile(anchorFile, "")
  await appendSome(ledger, 1)
  expect(told).toMatchObject([{ code: "LEDGER_ANCHOR" }])
  expect(await ledger.verify()).toMatchObject({ valid: false, problem: { code: "LEDGER_ANCHOR" } })
  await rm(anchorFile)
  expect(await ledger.verify()).toMatchObject({ valid: true, problem: { severity: "warning" } })
  await appendSome(ledger, 1)
  expect(await ledger.verify()).toMatchObject({ valid: true, entries: 4, problem: null })
})
