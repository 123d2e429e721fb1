import { expect, test } from "vitest"
import { stragglerFindings, stragglerRefusal } from "../../src/domain/straggler-findings.ts"
import { seenSince, type StragglerLook } from "../../src/domain/stragglers.ts"

const read = { role: "app", id: "1", calls: 5, text: "SELECT name FROM people" }
const write = { role: "web", id: "2", calls: 7, text: "UPDATE people SET name = $1" }
const blind = { reason: "the library pg_stat_statements isn't loaded", hint: "Load it." }

function look(decidedAt: number, change: Partial<StragglerLook> = {}): StragglerLook {
  const at = `at ${decidedAt}`
  return { at, decidedAt, reset: "1", dropped: 0, unknown: null, statements: [read, write], ...change }
}

test("what ran since the newest look is seen, and nothing else", () => {
  const now = look(3, { statements: [read, { ...write, calls: 8 }] })
  expect(seenSince([look(1, { statements: [] }), look(2)], now)).toEqual({
    since: "at 2",
    statements: [{ ...write, calls: 8 }],
    unknown: null,
  })
  expect(seenSince([now], look(4, { statements: now.statements })).statements).toEqual([])
})

test("a statement that the earlier look hadn't is one that has run since; the same number under another role, too", () => {
  const other = { ...read, role: "job" }
  expect(seenSince([look(1)], look(2, { statements: [read, write, other] })).statements).toEqual([other])
})

test("without an earlier look nothing can have run since it", () => {
  expect(seenSince([], look(1))).toEqual({ since: null, statements: [], unknown: null })
})

test("a second try of the work that looked isn't compared with its first", () => {
  const first = look(2, { statements: [{ ...read, calls: 6 }, write] })
  expect(seenSince([look(1), first], { ...first, at: "later" }).statements).toMatchObject([{ calls: 6 }])
})

test("a count that went down began anew, so that what it counts ran since", () => {
  const now = look(2, { statements: [{ ...read, calls: 1 }] })
  expect(seenSince([look(1)], now).statements).toMatchObject([{ calls: 1 }])
})

test("after a reset all that is counted ran since, and what ran before it isn't known", () => {
  const seen = seenSince([look(1)], look(2, { reset: "2", statements: [read] }))
  expect(seen.statements).toEqual([read])
  expect(seen.unknown?.reason).toBe("pg_stat_statements was reset since at 1")
})

test("where the server drops the least used, not all is known", () => {
  expect(seenSince([look(1)], look(2, { dropped: 3 })).unknown?.reason).toContain("pg_stat_statements.max")
  expect(seenSince([look(1, { dropped: null })], look(2)).unknown).toBeNull()
})

// Seen before: once the role was let see the statistics, proceed went through at once, under an application that used them.
test("the first look that sees everything holds the gate by all that it sees, the next one by what ran since", () => {
  const nothing = look(2, { unknown: blind, statements: [] })
  const first = look(3)
  expect(seenSince([nothing], first).statements).toEqual([read, write])
  expect(seenSince([nothing, first], look(4)).statements).toEqual([])
  expect(seenSince([nothing], look(3, { unknown: blind, statements: [read] })).statements).toEqual([])
})

test("what a look that saw only a part didn't see may have run since; an older one that saw all is better", () => {
  const partial = look(2, { unknown: blind, statements: [read] })
  expect(seenSince([partial], look(3)).statements).toEqual([write])
  expect(seenSince([partial], look(3, { statements: [{ ...read, calls: 6 }, write] })).statements).toMatchObject([
    { calls: 6 },
    { calls: 7 },
  ])
  expect(seenSince([look(1, { statements: [read] }), partial], look(3))).toMatchObject({
    since: "at 1",
    statements: [write],
  })
})

test("what nobody can tell holds nothing up, and is said", () => {
  const seen = seenSince([look(1)], look(2, { unknown: blind, statements: [] }))
  expect(stragglerRefusal("r-1", seen)).toBeNull()
  expect(stragglerFindings("r-1", seen)).toMatchObject([
    { code: "STRAGGLERS_UNKNOWN", severity: "info", hint: "Load it." },
  ])
})

test("the refusal names roles, a few statements and since when", () => {
  const statements = [1, 2, 3, 4].map((n) => ({ ...read, id: String(n), text: `SELECT ${"$"}${n}` }))
  const seen = { since: "then", statements, unknown: null }
  expect(stragglerRefusal("r-1", seen)).toMatchObject({
    code: "STRAGGLERS_SEEN",
    message: "4 statements of the old shape ran since then, as app: SELECT $1; SELECT $2; SELECT $3 and 1 more",
    hint: expect.stringContaining("sluice abort r-1"),
  })
  expect(stragglerFindings("r-1", seen)).toMatchObject([{ code: "STRAGGLERS_SEEN", severity: "warning" }])
})
