import type { LedgerEntry } from "../domain/ledger-entry.ts"
import { formatDuration } from "../domain/duration.ts"
import { hasEnded, type RunStatus, type StepState } from "../domain/run.ts"
import { phaseTimes } from "./phase-times.ts"

/** What a report is made from. */
export interface ReportInput {
  readonly status: RunStatus
  /** The run's entries, oldest first. */
  readonly entries: readonly LedgerEntry[]
}

/** The report of a run as Markdown: what, who, when and why, from the ledger alone. The same entries, the same text. */
export function renderReport({ status, entries }: ReportInput): string {
  const last = entries.at(-1)
  return [
    `# Run ${status.run}`,
    "",
    `**${status.state}** on target ${status.target}, strategy ${status.strategy}.`,
    ...leftBehind(entries),
    "",
    table(
      ["", ""],
      [
        ["Revisions", status.revisions.join(", ")],
        ["Plan", `\`${status.planHash}\``],
        ["Started", `${status.startedAt} by ${status.startedBy}`],
        ["Ended", status.endedAt ?? "not yet"],
        ["Ledger", last ? `entries up to ${last.seq}, head \`${last.hash}\`` : "no entries"],
      ],
    ),
    section(
      "Phases",
      ["Phase", "Took"],
      phaseTimes(entries).map(({ phase, ms }) => [phase, formatDuration(ms)]),
    ),
    section("Steps", ["Step", "What", "State", "Attempts"], stepsOf(status)),
    section("Decisions", ["When", "Who", "Decision", "Why", "Evidence"], decisionsOf(entries)),
    section("Backups", ["When", "Backup", "State", "Tables", "Rows", "Test restore"], backupsOf(entries)),
    section("What was measured", ["Work", "Result"], outcomesOf(entries)),
    section("Failures and retries", ["When", "Work", "Attempt", "What"], failuresOf(entries)),
    "",
    `Check it: \`sluice audit verify\`; every entry: \`sluice audit show ${status.run}\`.`,
    "",
  ].join("\n")
}

/** An abort takes everything back; where it could not, that comes first. */
function leftBehind(entries: readonly LedgerEntry[]): readonly string[] {
  const left = entries.findLast(({ kind }) => kind === "run.ended")?.detail["leftBehind"]
  if (!Array.isArray(left)) return []
  return ["", `**Not everything was undone.** Left behind: ${left.map((step) => `\`${text(step)}\``).join(", ")}.`]
}

function stepsOf(status: RunStatus): readonly (readonly string[])[] {
  return status.steps.map(({ id, summary, back, state, attempts }) => [
    id,
    summary,
    toldState(back, state, hasEnded(status.state)),
    String(attempts),
  ])
}

/** Of a step for the way back alone, `done` means that the run went past it, and `undone` that it was carried out. */
function toldState(back: boolean, state: StepState, ended: boolean): string {
  if (back && state === "done") return "for the way back alone"
  if (back && state === "undone") return "done on the way back"
  return ended && state === "pending" ? "not reached" : state
}

function decisionsOf(entries: readonly LedgerEntry[]): readonly (readonly string[])[] {
  return entries.flatMap(({ at, actor, kind, detail }) => {
    if (kind !== "decision.accepted" && kind !== "decision.refused") return []
    const { verb, gate, about, knobs, reason, refusal, evidenceHash } = detail
    const code = isObject(refusal) ? ` — refused: ${text(refusal["code"])}` : ""
    const what = [text(verb), text(gate), text(about), text(knobs)].filter((part) => part !== "").join(" ")
    return [[at, actor, `${what}${code}`, text(reason), text(evidenceHash).slice(0, 12)]]
  })
}

function backupsOf(entries: readonly LedgerEntry[]): readonly (readonly string[])[] {
  return entries.flatMap(({ at, kind, detail }) => {
    if (kind !== "backup.registered") return []
    const { backup, state, tables, rows, restoreSeconds } = detail
    const restored = typeof restoreSeconds === "number" ? `${restoreSeconds} s` : ""
    return [[at, text(backup), text(state), text(tables), text(rows), restored]]
  })
}

function outcomesOf(entries: readonly LedgerEntry[]): readonly (readonly string[])[] {
  return entries.flatMap(({ kind, step, detail }) => {
    if (kind !== "attempt.outcome" || (detail["outcome"] !== "done" && detail["outcome"] !== "observed")) return []
    const results = ["rows", "backup", "sha256", "restoreSeconds", "warnings"].filter(
      (name) => detail[name] !== undefined,
    )
    if (results.length === 0) return []
    return [[step ?? text(detail["activity"]), results.map((name) => `${name} ${text(detail[name])}`).join(", ")]]
  })
}

function failuresOf(entries: readonly LedgerEntry[]): readonly (readonly string[])[] {
  return entries.flatMap((entry, index) => {
    const { at, kind, step, attempt, detail } = entry
    if (kind === "attempt.intent" && !hasOutcome(entry, entries.slice(index + 1)))
      return [
        [at, step ?? text(detail["activity"]), String(attempt ?? ""), "broken off: its worker died or lost touch"],
      ]
    const { outcome, error, activity } = detail
    if (kind !== "attempt.outcome" || (outcome !== "failed" && outcome !== "cancelled")) return []
    const what = isObject(error) ? `${text(error["code"])} ${text(error["message"])}` : ""
    return [[at, step ?? text(activity), String(attempt ?? ""), `${text(outcome)} ${what}`.trim()]]
  })
}

/** Before the same work is begun again, an attempt says how it ended; one whose worker was killed never does. */
function hasOutcome({ step, detail }: LedgerEntry, later: readonly LedgerEntry[]): boolean {
  const next = later.find(
    (other) =>
      (other.kind === "attempt.outcome" || other.kind === "attempt.intent") &&
      other.step === step &&
      other.detail["activity"] === detail["activity"],
  )
  return next?.kind === "attempt.outcome"
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  return ["", `## ${title}`, "", rows.length === 0 ? "None." : table(head, rows)].join("\n")
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n")
}

/** A cell can't hold a bar, a line break or markup; what a person wrote as a reason may. */
function cell(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replaceAll(/\s*\n\s*/g, " ")
}

function text(value: unknown): string {
  if (value === null || value === undefined) return ""
  return typeof value === "string" ? value : JSON.stringify(value)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
}
