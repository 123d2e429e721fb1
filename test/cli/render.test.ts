import { describe, expect, test } from "vitest"
import type { RunStatus, StepStatus } from "../../src/domain/run.ts"
import { lookOf, visibleLength } from "../../src/cli/render/look.ts"
import { fitting } from "../../src/cli/render/live-screen.ts"
import { renderRun, renderRunList } from "../../src/cli/render/run.ts"
import { table, wrap } from "../../src/cli/render/table.ts"
import { newLines } from "../../src/cli/render/watch-lines.ts"

const plain = lookOf({ isTTY: false, columns: undefined }, {})
const terminal = lookOf({ isTTY: true, columns: 40 }, {})

const running: RunStatus = {
  run: "shop-12345678-1",
  target: "shop",
  revisions: ["0001_email"],
  strategy: "expand-contract",
  planHash: "12345678".repeat(8),
  workflowId: "expand-contract/shop/123456781234",
  state: "running",
  phase: "backfill",
  waitingFor: null,
  startedAt: "2026-01-31T12:00:00.000Z",
  updatedAt: "2026-01-31T12:00:10.000Z",
  endedAt: null,
  startedBy: "ann",
  steps: [
    {
      id: "backfill/people",
      phase: "backfill",
      summary: "Fill public.people",
      back: false,
      state: "running",
      attempts: 2,
      startedAt: "2026-01-31T12:00:05.000Z",
      endedAt: null,
      error: null,
    },
  ],
  backup: null,
  backfill: {
    table: "public.people",
    rowsDone: 50_000,
    rowsTotal: 200_000,
    rowsPerSecond: 12_345,
    etaSeconds: 12,
    throttledBy:
      "replica lag: walreceiver@10.0.0.7 is behind by 12s (limit 10s, maxReplicaLag); probe health: answered 503, 4 times in a row (limit 3, failuresAllowed)",
  },
  blockers: [
    {
      pid: 4711,
      relation: "public.people",
      user: "app",
      application: "report",
      state: "idle in transaction",
      transactionMs: 90_000,
      query: "SELECT …",
    },
  ],
  findings: [],
  choices: ["sluice pause shop-12345678-1"],
}
const now = Date.parse("2026-01-31T12:00:10.000Z")
const waiting: RunStatus = {
  ...running,
  state: "waiting",
  phase: "switch",
  waitingFor: "switch",
  backfill: null,
  blockers: [],
  choices: ["sluice proceed shop-12345678-1 --gate switch"],
}

describe("a run", () => {
  test("shows rows, rate, what is left, why it rests, and who is in the way", () => {
    const text = renderRun(running, plain, now)
    expect(text).toContain("25% public.people: 50,000 of 200,000 rows, 12,345 a second, about 12s left\n")
    expect(text).toContain("\nRests: replica lag: walreceiver@10.0.0.7 is behind by 12s (limit 10s, maxReplicaLag)\n")
    expect(text).toContain("\nRests: probe health: answered 503, 4 times in a row (limit 3, failuresAllowed)\n")
    expect(text).toContain("In the way on public.people: session 4711 (app, report), idle in transaction")
    expect(text).toContain("transaction open for 1m 30s")
    expect(text).toContain("Fill public.people (attempt 2) 5s")
  })

  test("tells no rate where nobody is at work on it", () => {
    const missing = { code: "NO_WORKER", severity: "error", subject: "worker", message: "no worker" } as const
    for (const status of [{ ...running, state: "needs-operator" } as const, { ...running, findings: [missing] }])
      expect(renderRun(status, plain, now)).toMatch(/50,000 of 200,000 rows$/m)
  })

  test("once all rows are filled, says that alone", () => {
    const backfill = running.backfill && { ...running.backfill, rowsDone: 200_000, etaSeconds: 0, throttledBy: null }
    const text = renderRun({ ...waiting, backfill }, plain, now)
    expect(text).toContain("\npublic.people: 200,000 rows filled\n")
    expect(text).not.toContain("left")
  })

  test("on its way back says so, and who sent it there, when and why", () => {
    const sentBack = { verb: "undo", actor: "ada", at: "2026-01-31T12:00:05.000Z", reason: "wrong rate" } as const
    const back: RunStatus = { ...running, state: "aborting", choices: [], sentBack }
    expect(renderRun(back, plain, now)).toContain(
      "\nOn its way back: undo by ada at 2026-01-31 12:00:05 UTC: wrong rate",
    )
    expect(renderRun({ ...back, sentBack: null }, plain, now)).toMatch(/\nOn its way back$/m)
    expect(renderRun(running, plain, now)).not.toContain("way back")
  })

  test("while it leaves room to others, says how much, and how to have it faster", () => {
    const backfill = running.backfill && { ...running.backfill, throttledBy: null, restRatio: 10 }
    expect(renderRun({ ...running, backfill }, plain, now)).toContain(
      "\nLeaves room to others at work on the server: rests 10 times as long as each batch takes. Faster: sluice tune shop-12345678-1 restRatio=5\n",
    )
    const resting = running.backfill && { ...running.backfill, restRatio: 10 }
    expect(renderRun({ ...running, backfill: resting }, plain, now)).not.toContain("Leaves room")
  })

  test("that has ended names its report, and whether everything is undone", () => {
    const aborted: RunStatus = { ...running, state: "aborted", endedAt: running.updatedAt, choices: [] }
    const report = "Report: reports/shop-12345678-1.md, beside the worker's sluice.yaml"
    expect(renderRun(aborted, plain, now)).toContain(`\nEverything is undone.\n${report}`)
    expect(newLines(running, aborted)).toContain(`  ${report}`)
    const left = { code: "LEFT_BEHIND", severity: "error", subject: "x", message: "still there" } as const
    expect(renderRun({ ...aborted, findings: [left] }, plain, now)).not.toContain("Everything is undone")
    expect(renderRun(running, plain, now)).not.toContain("Report")
  })

  test("that lost its workflow is marked in the list", () => {
    const lost = { code: "ORPHANED", severity: "error", subject: "x", message: "the run lost its workflow" } as const
    expect(renderRunList([{ ...running, findings: [lost] }], plain, now)).toContain("running, lost its workflow")
  })

  test("at a gate, says what proceeding means and the exact command to type", () => {
    const text = renderRun(waiting, plain, now)
    expect(text).toContain("Waits for switch: the application that knows only the new shape may go out")
    expect(text).toContain("  sluice proceed shop-12345678-1 --gate switch")
  })

  test("says what an attempt ended with that is tried again, for as long as nobody is asked", () => {
    const error = {
      code: "TOO_MANY_CONNECTIONS",
      severity: "error",
      subject: "sluice/1",
      message: "too many connections",
    } as const
    const [step] = running.steps
    const retried: RunStatus = { ...running, steps: step ? [{ ...step, error }] : [] }
    const line = "tried again, attempt 2 of backfill/people failed: too many connections (TOO_MANY_CONNECTIONS)"
    expect(renderRun(retried, plain, now)).toContain(`\n${line}\n`)
    expect(newLines(running, retried)).toEqual([`  ${line}`])
    expect(newLines(retried, retried)).toEqual([])
    const stopped: RunStatus = { ...retried, state: "needs-operator", findings: [error] }
    expect(renderRun(stopped, plain, now)).not.toContain("tried again")
  })

  test("says until when it waits by itself", () => {
    const keep: RunStatus = { ...running, phase: "keep", backfill: null, until: "2026-02-07T12:00:10.000Z" }
    expect(renderRun(keep, plain, now)).toContain("(7d): then it goes on by itself.")
    expect(newLines(running, keep)).toContain("  until 2026-02-07 12:00:10 UTC: then it goes on by itself")
  })

  test("names its backup once it has one, and whether that counts", () => {
    const backup = { id: "shop-1-1", createdAt: "2026-01-31T12:00:01.000Z", bytes: 12_345_678 } as const
    const made: RunStatus = { ...running, backup: { ...backup, state: "unverified", restoreSeconds: null } }
    const proven: RunStatus = { ...running, backup: { ...backup, state: "verified", restoreSeconds: 2 } }
    const line = "backup shop-1-1 of 2026-01-31 12:00:01: verified, 12.3 MB, restored in 2 s"
    expect(renderRun(running, plain, now)).not.toContain("backup shop")
    expect(renderRun(made, plain, now)).toContain("\nbackup shop-1-1 of 2026-01-31 12:00:01: unverified, 12.3 MB\n")
    expect(renderRun(proven, plain, now)).toContain(`\n${line}\n`)
    expect(newLines(made, proven)).toEqual([`  ${line}`])
    expect(newLines(proven, proven)).toEqual([])
  })

  test("on a narrow terminal the present phase and a step's time are in sight", () => {
    const [, phases] = renderRun({ ...running, phase: "contract" }, terminal, now).split("\n")
    expect(phases).toContain("[contract]")
    expect(phases).toMatch(/^.*…/)
    const [step] = running.steps
    const long = step ? [{ ...step, summary: "Fill public.people with what is far too long for this" }] : []
    expect(renderRun({ ...running, steps: long }, terminal, now)).toMatch(/… \S*5s/)
  })

  test("no line is wider than the terminal", () => {
    const widths = renderRun(running, terminal, now).split("\n").map(visibleLength)
    expect(Math.max(...widths)).toBeLessThanOrEqual(40)
  })
})

// Seen before: of findings and commands a terminal showed what fits into its first line.
test("on a narrow terminal findings, their hints and the commands are broken into lines, and lose no word", () => {
  const message = "somebody has put a constraint on the column, and the plan doesn't know of it at all"
  const finding = {
    code: "OLD_COLUMN_BOUND",
    severity: "error",
    subject: "x",
    message,
    hint: "sluice retry shop-1 it",
  } as const
  const choices = ["sluice abort shop-97a8a4fe-1 --reason 'a reason that is long enough'"]
  const text = renderRun({ ...running, findings: [finding], choices }, terminal, now)
  const plain = text.replaceAll(/\u001B\[\d+m/g, "").replaceAll(/\s+/g, " ")
  for (const words of [message, "hint: sluice retry shop-1 it", ...choices]) expect(plain).toContain(words)
  expect(Math.max(...text.split("\n").map(visibleLength))).toBeLessThanOrEqual(40)
})

test.each([
  ["one two three", 7, ["one two", "three"]],
  ["  hint: one two", 10, ["  hint:", "  one two"]],
  ["abcdefghij k", 4, ["abcd", "efgh", "ij k"]],
  ["first\nsecond line", 8, ["first", "second", "line"]],
])("%j in %i columns", (text, width, lines) => {
  expect(wrap(text, width).split("\n")).toEqual(lines)
  expect(wrap(text, null)).toBe(text)
})

test("on a small terminal the head and what goes on now stay in view", () => {
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`)
  expect(fitting(lines, 30)).toEqual(lines)
  expect(fitting(lines, 6)).toEqual(["line 1", "line 2", "line 3", "…", "line 29", "line 30"])
})

describe("a step for the way back alone", () => {
  const [fill] = running.steps
  if (!fill) throw new Error("there is a step")
  const refill = {
    ...fill,
    id: "purge/refill",
    phase: "purge",
    summary: "On the way back: refill",
    back: true,
  } as const
  const at = (state: StepStatus["state"], change: Partial<RunStatus> = {}): RunStatus => ({
    ...running,
    ...change,
    steps: [{ ...refill, state, attempts: 1 }, fill],
  })

  test("stands apart, and isn't shown as done where it was only passed", () => {
    const lines = renderRun(at("done"), plain, now).split("\n")
    const heading = lines.indexOf("Only where the run is taken back:")
    expect(lines[heading - 1]).toContain("Fill public.people")
    expect(lines[heading + 1]).toBe("· purge      Refill")
    expect(renderRun(at("undone"), plain, now)).toContain("✓ purge      Refill 5s")
  })

  test("is told by watch only once it does something", () => {
    expect(newLines(at("pending"), at("running"))).toEqual([])
    expect(newLines(at("running"), at("done"))).toEqual([])
    const aborting = { state: "aborting" } as const
    expect(newLines(at("done", aborting), at("running", aborting))).toEqual(["  running Refill"])
    expect(newLines(at("running", aborting), at("undone", aborting))).toEqual(["  done Refill"])
  })
})

describe("watched without a terminal", () => {
  test("findings come with their hints, and rows in the way with their keys", () => {
    const finding = { code: "X", severity: "error", subject: "s", message: "no", hint: "mend it" } as const
    const offendingRows = [{ step: "precheck", code: "X", table: "public.people", keys: ["7", "a\u001Bb"] }]
    const rows = 'Rows of public.people in the way (X), by key: 7, "a\\u001bb"'
    const stopped = { ...running, findings: [finding], offendingRows }
    expect(newLines(running, stopped).slice(0, 3)).toEqual(["  error: s: no", "    hint: mend it", `  ${rows}`])
    expect(newLines(stopped, stopped)).toEqual([])
    expect(renderRun(stopped, plain, now)).toContain(rows)
    const shown = (count: number): string => {
      const keys = Array.from({ length: count }, (_, at) => `${at}`)
      return renderRun({ ...stopped, offendingRows: offendingRows.map((each) => ({ ...each, keys })) }, plain, now)
    }
    expect(shown(20)).toMatch(/, 19\n/)
    expect(shown(21)).toContain(", 19, and more (--json has all of them)")
    expect(shown(100)).toContain(", 19, and more (--json has the first 100)")
  })

  test("the same of another thing is told as well", () => {
    const about = (subject: string) => ({ code: "X", severity: "warning", subject, message: "no" }) as const
    const one = { ...running, findings: [about("a.x")] }
    expect(newLines(one, { ...one, findings: [about("a.x"), about("a.y")] })).toEqual(["  warning: a.y: no"])
  })

  test("only what is new is told", () => {
    expect(newLines(null, running)).toHaveLength(6)
    expect(newLines(running, running)).toEqual([])
    expect(newLines(running, waiting)).toEqual([
      "switch: waiting",
      "  to go on: sluice proceed shop-12345678-1 --gate switch",
    ])
  })
})

describe("a resting backfill, watched without a terminal", () => {
  const resting = (throttledBy: string | null): RunStatus => ({
    ...running,
    backfill: running.backfill && { ...running.backfill, throttledBy },
  })
  const lag = (seconds: number): string => `replica lag: b@10.0.0.7 is behind by ${seconds}s (limit 10s, maxReplicaLag)`

  test("tells why it rests when it begins to, though no row is filled then", () => {
    expect(newLines(resting(null), resting(lag(12)))).toEqual([`  Rests: ${lag(12)}`])
  })

  test("says nothing where only a figure has changed, and tells what has come to it", () => {
    expect(newLines(resting(lag(12)), resting(lag(64)))).toEqual([])
    expect(newLines(resting(lag(12)), resting(`${lag(13)}; paused`))).toEqual(["  Rests: paused"])
  })

  test("tells that it goes on", () => {
    expect(newLines(resting(lag(12)), resting(null))).toEqual(["  goes on"])
  })
})

describe("looks", () => {
  test("NO_COLOR and a dumb terminal switch colours off", () => {
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }])
      expect(lookOf({ isTTY: true, columns: 80 }, env).red("x")).toBe("x")
    expect(terminal.red("x")).not.toBe("x")
  })

  test("columns line up whatever the colours", () => {
    const lines = table(
      ["A", "B"],
      [
        [terminal.red("xx"), "1"],
        ["y", "2"],
      ],
      terminal,
    ).split("\n")
    expect(lines.map(visibleLength)).toEqual([5, 5, 5])
  })
})
