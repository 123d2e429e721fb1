import { phases, type Phase } from "../../domain/phase.ts"
import {
  hasEnded,
  isUnwinding,
  mostOffendingKeys,
  preparedTransaction,
  type BackfillProgress,
  type Blocker,
  type DecidedBy,
  type OffendingRows,
  type RunBackup,
  type RunState,
  type RunStatus,
  type StepState,
  type StepStatus,
} from "../../domain/run.ts"
import { formatDuration } from "../../domain/duration.ts"
import { gateMeanings, waitNames } from "../../domain/gate.ts"
import { renderFindings } from "./findings.ts"
import { visibleLength, type Look, type Style } from "./look.ts"
import { retryLines } from "./retries.ts"
import { cut, table, wrap } from "./table.ts"
import { bytes, number, span, time } from "./words.ts"

/** Phases that a run of expand-contract goes through, as the line across the top shows them. */
const shownPhases: readonly Phase[] = phases.filter((phase) => phase !== "rehearse")

/** A run as `status` and `watch` show it: one screen. `now` in epoch milliseconds. */
export function renderRun(status: RunStatus, look: Look, now: number): string {
  const ended = hasEnded(status.state)
  const head = `${look.bold(status.run)}  ${stateStyle(status.state, look)(status.state)}  ${look.dim(`${status.revisions.join(", ")}, plan ${status.planHash.slice(0, 12)}, by ${status.startedBy}`)}`
  const top = [
    head,
    phaseLine(status, look),
    look.dim(
      `started ${time(status.startedAt)}, ${ended ? "took" : "for"} ${span(status.startedAt, status.endedAt, now)}`,
    ),
  ]
  const lines = [
    ...top.map((line) => cut(line, look.width)),
    ...(status.backup === null ? [] : [(isProven(status.backup) ? look.dim : look.yellow)(backupLine(status.backup))]),
    "",
    ...status.steps.filter(({ back }) => !back).map((step) => stepLine(step, look, now)),
    ...wayBackLines(
      status.steps.filter(({ back }) => back),
      look,
      now,
    ),
  ]
  if (status.backfill && !ended) {
    const atRest = isAtRest(status)
    lines.push("", backfillLine(status.backfill, look, atRest), ...restLines(status.backfill).map(look.yellow))
    if (!atRest) lines.push(...roomLines(status.backfill, status.run).map(look.dim))
  }
  lines.push(...retryLines(status).map(look.yellow))
  for (const blocker of status.blockers) lines.push(look.yellow(blockerLine(blocker)))
  if (status.findings.length > 0) lines.push("", renderFindings(status.findings, look))
  for (const rows of status.offendingRows ?? []) lines.push(look.yellow(offendingLine(rows)))
  if (isUnwinding(status)) lines.push("", look.yellow(wayBackLine(status)))
  if (status.waitingFor !== null)
    lines.push("", `Waits for ${look.bold(status.waitingFor)}${meaningOf(status.waitingFor)}`)
  if (status.until) lines.push(untilLine(status.until, now))
  if (status.paused && status.state === "paused") lines.push("", pausedLine(status.paused))
  if (ended) lines.push("", ...(isUndone(status) ? ["Everything is undone."] : []), reportLine(status))
  if (status.choices.length > 0) lines.push("", ...status.choices.map((choice) => `  ${look.cyan(choice)}`))
  // The top and the steps are cut to a line each; what has to be read to its end, a hint or a command, is not.
  return lines.map((line) => wrap(line, look.width)).join("\n")
}

function stepLine(step: StepStatus, look: Look, now: number): string {
  const attempts = step.attempts > 1 ? ` (attempt ${step.attempts})` : ""
  const took = span(step.startedAt, step.endedAt, now)
  const line = `${mark(stateOf(step), look)} ${step.phase.padEnd(10)} ${onTheWayBack(step)}${attempts}`
  if (took === "") return line
  // How long it took stays in sight, whatever has to be cut.
  return `${cut(line, look.width === null ? null : look.width - visibleLength(took) - 1)} ${look.dim(took)}`
}

/** Where a step for the way back alone is undone, what it is there for was done. */
export function stateOf({ back, state }: Pick<StepStatus, "back" | "state">): StepState {
  return back && state === "undone" ? "done" : state
}

/** What a step does, without the words that say when: the line says that already. */
export function onTheWayBack({ back, summary }: Pick<StepStatus, "back" | "summary">): string {
  if (!back) return summary
  const what = summary.replace(/^On the way back: /, "")
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}`
}

/** Apart from the others, and as nothing that was done: the run only passes them, until it is taken back. */
function wayBackLines(steps: readonly StepStatus[], look: Look, now: number): readonly string[] {
  if (steps.length === 0) return []
  const lines = steps.map((step) =>
    isPassed(step)
      ? cut(look.dim(`· ${step.phase.padEnd(10)} ${onTheWayBack(step)}`), look.width)
      : stepLine(step, look, now),
  )
  return [look.dim("Only where the run is taken back:"), ...lines]
}

/** A step for the way back alone that the run went past on the way forward. */
export function isPassed({ back, state }: StepStatus): boolean {
  return back && state === "done"
}

export function renderRunList(runs: readonly RunStatus[], look: Look, now: number): string {
  if (runs.length === 0) return "There are no runs. Start one with: sluice start --target TARGET"
  const rows = runs.map((run) => [
    run.run,
    isLost(run) ? look.red(`${run.state}, lost its workflow`) : stateStyle(run.state, look)(run.state),
    run.waitingFor ?? run.phase,
    time(run.startedAt),
    span(run.startedAt, run.endedAt, now),
    run.revisions.join(", "),
  ])
  return table(["RUN", "STATE", "AT", "STARTED", "FOR", "REVISIONS"], rows, look)
}

/** Nothing carries it on any more: `status` says what to do. */
function isLost({ findings }: RunStatus): boolean {
  return findings.some(({ code }) => code === "ORPHANED")
}

/** Nobody fills anything, whatever was measured last. */
function isAtRest({ state, findings }: RunStatus): boolean {
  return (state !== "running" && state !== "aborting") || findings.some(({ code }) => code === "NO_WORKER")
}

/** `200,000 employees …`: how far and, where it isn't at rest, how fast and how much longer; once all is filled, that alone. */
export function backfillLine(progress: BackfillProgress, look: Look, atRest = false): string {
  if (progress.rowsDone > 0 && progress.rowsDone >= progress.rowsTotal)
    return `${progress.table}: ${number(progress.rowsDone)} rows filled`
  const share = progress.rowsTotal === 0 ? 1 : Math.min(1, progress.rowsDone / progress.rowsTotal)
  const filled = Math.round(share * 24)
  const bar = look.green("█".repeat(filled)) + look.dim("░".repeat(24 - filled))
  const eta = progress.etaSeconds === null ? "" : `, about ${formatDuration(progress.etaSeconds * 1000)} left`
  const rows = `${number(progress.rowsDone)} of ${number(progress.rowsTotal)} rows`
  const pace = atRest ? "" : `, ${number(progress.rowsPerSecond)} a second${eta}`
  return `${bar} ${Math.floor(share * 100)}% ${progress.table}: ${rows}${pace}`
}

/** Why it rests, a line for each that says so: they hold value and limit, and would be cut at the end of a longer one. */
export function restLines({ throttledBy }: BackfillProgress): readonly string[] {
  return throttledBy === null ? [] : throttledBy.split("; ").map((reason) => `Rests: ${reason}`)
}

/** That it is slow for the sake of others, and what to do about it; nothing where it rests altogether, or goes at full speed. */
export function roomLines({ throttledBy, restRatio }: BackfillProgress, run: string): readonly string[] {
  if (throttledBy !== null || !restRatio) return []
  return [
    `Leaves room to others at work on the server: rests ${restRatio} times as long as each batch takes. Faster: sluice tune ${run} restRatio=${Math.floor(restRatio / 2)}`,
  ]
}

export function blockerLine(blocker: Blocker): string {
  const who = [blocker.user, blocker.application].filter((name) => name !== null && name !== "").join(", ")
  const since = blocker.transactionMs === null ? "" : `, transaction open for ${formatDuration(blocker.transactionMs)}`
  const doing = blocker.query === null ? "" : `: ${blocker.query}`
  if (blocker.state === preparedTransaction)
    return `In the way on ${blocker.relation}: ${blocker.query ?? blocker.state} (${who || "unknown"})${since}`
  return `In the way on ${blocker.relation}: session ${blocker.pid} (${who || "unknown"}), ${blocker.state ?? "?"}${since}${doing}`
}

/** `backup shop-1a2b3c4d-1-1 of 2026-01-31 12:00:05: verified, 12.3 MB, restored in 2 s`. */
export function backupLine({ id, state, createdAt, bytes: size, restoreSeconds }: RunBackup): string {
  const restored = restoreSeconds === null ? "" : `, restored in ${restoreSeconds} s`
  return `backup ${id} of ${time(createdAt)}: ${state}, ${bytes(size)}${restored}`
}

function isProven({ state }: RunBackup): boolean {
  return state === "verified"
}

function isUndone({ state, findings }: RunStatus): boolean {
  return state === "aborted" && !findings.some(({ code }) => code === "LEFT_BEHIND")
}

/** Written by the worker, beside the sluice.yaml that it was started with. */
export function reportLine({ run }: Pick<RunStatus, "run">): string {
  return `Report: reports/${run}.md, beside the worker's sluice.yaml`
}

/** `Until 2026-02-07 12:00:00 UTC (6d 23h): then it goes on by itself.` */
export function untilLine(until: string, now: number): string {
  const left = Date.parse(until) - now
  return `Until ${time(until)} UTC${left > 0 ? ` (${formatDuration(left)})` : ""}: then it goes on by itself.`
}

function pausedLine(paused: DecidedBy): string {
  return `Paused ${decided(paused)}`
}

/** Where Temporal itself cancelled it, nobody is known. */
function wayBackLine({ sentBack }: RunStatus): string {
  return `On its way back${sentBack ? `: ${sentBack.verb} ${decided(sentBack)}` : ""}`
}

function decided({ actor, at, reason }: DecidedBy): string {
  return `by ${actor} at ${time(at)} UTC${reason === null ? "" : `: ${reason}`}`
}

/** Keys are data: what can't be printed as it is stands quoted. With `--json` all of them are there. */
export function offendingLine({ code, table: name, keys }: OffendingRows): string {
  const shown = keys.slice(0, 20).map((key) => (/^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(key) ? key : JSON.stringify(key)))
  const kept = keys.length < mostOffendingKeys ? "all of them" : `the first ${mostOffendingKeys}`
  const more = keys.length > shown.length ? `, and more (--json has ${kept})` : ""
  return `Rows of ${name} in the way (${code}), by key: ${shown.join(", ")}${more}`
}

function phaseLine(status: RunStatus, look: Look): string {
  const at = shownPhases.indexOf(status.phase)
  const words = shownPhases.map((phase, index) => {
    if (status.state === "completed" || index < at) return look.green(phase)
    return index === at ? look.bold(look.cyan(`[${phase}]`)) : look.dim(phase)
  })
  const between = look.dim(" › ")
  // On a narrow terminal those that are behind make room: the present one is what is looked for.
  for (let behind = 0; behind < at; behind++) {
    const line = [...(behind === 0 ? [] : [look.dim("…")]), ...words.slice(behind)].join(between)
    if (look.width === null || visibleLength(line) <= look.width) return line
  }
  return [...(at > 0 ? [look.dim("…")] : []), ...words.slice(Math.max(0, at))].join(between)
}

function meaningOf(waitingFor: string): string {
  const gate = waitNames.find((name) => name === waitingFor)
  return gate ? `: ${gateMeanings[gate]}` : ""
}

function stateStyle(state: RunState, look: Look): Style {
  const styles: Readonly<Record<RunState, Style>> = {
    running: look.cyan,
    waiting: look.yellow,
    paused: look.yellow,
    aborting: look.yellow,
    completed: look.green,
    aborted: look.red,
    "needs-operator": look.red,
  }
  return styles[state]
}

function mark(state: StepState, look: Look): string {
  const marks: Readonly<Record<StepState, string>> = {
    pending: look.dim("·"),
    running: look.cyan("▸"),
    done: look.green("✓"),
    failed: look.red("✗"),
    skipped: look.yellow("–"),
    undone: look.yellow("↶"),
  }
  return marks[state]
}
