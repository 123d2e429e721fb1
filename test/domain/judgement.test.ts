import { describe, expect, test } from "vitest"
import { refusalOf, type JudgedRequest } from "../../src/domain/judgement.ts"

const request: JudgedRequest = {
  verb: "undo",
  command: { actor: "ada" },
  run: "r-1",
  planHash: "a".repeat(64),
  state: "running",
  phase: "keep",
  waitingFor: null,
  purging: false,
  aborting: false,
  paused: false,
  hasEnded: false,
  choices: [],
  leavingSessions: null,
  stragglers: null,
}

test("nothing is judged before it is read where the run stands", () => {
  for (const verb of ["abort", "undo", "proceed", "pause", "retry"] as const)
    expect(refusalOf({ ...request, verb, isRead: false })).toMatchObject({ code: "STILL_READING" })
})

test("proceed for a gate that comes later names the one that is open, and for one that was passed waits for nothing", () => {
  const waiting = { ...request, verb: "proceed", state: "waiting", phase: "switch", waitingFor: "switch" } as const
  const early = refusalOf({ ...waiting, command: { actor: "ada", gate: "contract" } })
  expect(early).toMatchObject({ code: "GATE_NOT_OPEN", hint: expect.stringMatching(/proceed r-1 --gate switch$/) })
  const late = refusalOf({ ...waiting, command: { actor: "ada", gate: "dual-write" } })
  expect(late).toMatchObject({ code: "GATE_NOT_OPEN", hint: "It was passed already: sluice status r-1" })
})

test("while the run unwinds, hints name what opens or is asked there", () => {
  const unwinding = { ...request, aborting: true, state: "waiting", waitingFor: "new-writers-gone" } as const
  const ways = [
    { ...unwinding, verb: "abort" },
    { ...unwinding, verb: "proceed", command: { actor: "ada", gate: "switch" } },
  ] as const
  for (const way of ways) expect(refusalOf(way)?.hint).toMatch(/sluice proceed r-1 --gate new-writers-gone$/)
  const stopped = { ...unwinding, verb: "undo", state: "needs-operator", waitingFor: null, choices: ["retry"] } as const
  expect(refusalOf(stopped)).toMatchObject({ code: "ALREADY_ABORTING", hint: "sluice retry r-1" })
})

test("who is still connected is named by role and application", () => {
  const leavingSessions = { role: "shop_app", sessions: 3, applications: ["billing", "shop"] }
  const waiting = { ...request, verb: "proceed", state: "waiting", phase: "contract", waitingFor: "contract" } as const
  expect(refusalOf({ ...waiting, leavingSessions })).toMatchObject({
    code: "OLD_APPLICATION_SEEN",
    message: "3 sessions of the old application's role shop_app (application_name billing, shop) are still connected.",
  })
  expect(refusalOf({ ...waiting, leavingSessions: { ...leavingSessions, sessions: 0 } })).toBeNull()
})

describe("proceed in keep", () => {
  const keepUntil = Date.parse("2026-01-31T12:00:05Z")
  const keeping = { ...request, verb: "proceed", keepUntil } as const

  test("is taken for the purge gate, by its name alone", () => {
    expect(refusalOf({ ...keeping, command: { actor: "ada", gate: "purge" } })).toBeNull()
    expect(refusalOf(keeping)).toMatchObject({
      code: "GATE_NOT_OPEN",
      message: "The gate isn't open: the run keeps what it hid until 2026-01-31 12:00:05 UTC.",
      hint: expect.stringContaining("sluice proceed r-1 --gate purge"),
    })
  })

  test("is refused where the workflow can't end it, and while it is paused, unwinds or purges", () => {
    const purge = { ...keeping, command: { actor: "ada", gate: "purge" } } as const
    expect(refusalOf({ ...purge, keepUntil: null })).toMatchObject({ hint: "sluice wait r-1 --for purge" })
    expect(refusalOf({ ...purge, state: "paused", paused: true })).toMatchObject({ code: "RUN_PAUSED" })
    expect(refusalOf({ ...purge, state: "aborting", aborting: true })).toMatchObject({ code: "GATE_NOT_OPEN" })
    expect(refusalOf({ ...purge, purging: true })).toMatchObject({ code: "GATE_NOT_OPEN" })
  })
})

describe("undo", () => {
  test("leads back from keep and from the purge, at its gate, under way or stopped; abort no longer does from there", () => {
    expect(refusalOf(request)).toBeNull()
    expect(refusalOf({ ...request, phase: "purge", state: "waiting", waitingFor: "purge" })).toBeNull()
    for (const state of ["running", "needs-operator", "paused"] as const) {
      const purging = { ...request, phase: "purge" as const, purging: true, state }
      expect(refusalOf(purging)).toBeNull()
      const abort = refusalOf({ ...purging, verb: "abort" })
      expect(abort).toMatchObject({ code: "PURGED", hint: expect.stringContaining("sluice undo r-1") })
    }
  })

  test("is refused before anything is hidden, while the run unwinds, and where it is about to end", () => {
    for (const phase of ["expand", "switch", "contract"] as const)
      expect(refusalOf({ ...request, phase })).toMatchObject({ code: "UNDO_TOO_EARLY" })
    expect(refusalOf({ ...request, aborting: true })).toMatchObject({ code: "ALREADY_ABORTING" })
    expect(refusalOf({ ...request, phase: "complete" })).toMatchObject({ code: "RUN_ENDED" })
  })

  test("for another plan is refused like any decision", () => {
    const other = { actor: "ada", planHash: "b".repeat(12) }
    expect(refusalOf({ ...request, command: other })).toMatchObject({ code: "PLAN_HASH_MISMATCH" })
  })
})
