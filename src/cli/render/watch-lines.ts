import { hasErrors, type Finding } from "../../domain/finding.ts"
import { hasEnded, type RunStatus } from "../../domain/run.ts"
import { placeOf } from "./findings.ts"
import {
  backfillLine,
  backupLine,
  blockerLine,
  isPassed,
  offendingLine,
  onTheWayBack,
  reportLine,
  restLines,
  stateOf,
} from "./run.ts"
import { time } from "./words.ts"
import { lookOf } from "./look.ts"
import { retryLines } from "./retries.ts"

const plain = lookOf({ isTTY: false, columns: undefined }, {})

/** What is new since the last look, a line each: for logs, where nothing can be drawn over. */
export function newLines(before: RunStatus | null, now: RunStatus): readonly string[] {
  const lines: string[] = []
  if (!before || before.state !== now.state || before.phase !== now.phase) lines.push(`${now.phase}: ${now.state}`)
  const known = new Map(before?.steps.map((step) => [step.id, step]))
  const isGoingBack = now.state === "aborting"
  for (const step of now.steps) {
    // On the way forward a step for the way back is passed within a moment, and nothing is done.
    if (isPassed(step) || (step.back && step.state === "running" && !isGoingBack)) continue
    const old = known.get(step.id)
    const attempts = step.attempts > 1 ? ` (attempt ${step.attempts})` : ""
    if (step.state !== (old?.state ?? "pending") || step.attempts > (old?.attempts ?? step.attempts))
      lines.push(`  ${stateOf(step)} ${onTheWayBack(step)}${attempts}`)
  }
  const backup = now.backup && backupLine(now.backup)
  if (backup && backup !== (before?.backup && backupLine(before.backup))) lines.push(`  ${backup}`)
  if (now.backfill && now.backfill.rowsDone !== before?.backfill?.rowsDone)
    lines.push(`  ${backfillLine(now.backfill, plain)}`)
  lines.push(...newRests(before, now).map((line) => `  ${line}`))
  const inTheWay = new Set(before?.blockers.map(blockerLine))
  lines.push(
    ...now.blockers
      .map(blockerLine)
      .filter((line) => !inTheWay.has(line))
      .map((line) => `  ${line}`),
  )
  const retried = new Set(before === null ? [] : retryLines(before))
  lines.push(
    ...retryLines(now)
      .filter((line) => !retried.has(line))
      .map((line) => `  ${line}`),
  )
  const found = new Set(before?.findings.map(said))
  for (const finding of now.findings.filter((each) => !found.has(said(each))))
    lines.push(`  ${said(finding)}`, ...(finding.hint === undefined ? [] : [`    hint: ${finding.hint}`]))
  if (now.until && now.until !== before?.until) lines.push(`  until ${time(now.until)} UTC: then it goes on by itself`)
  const told = new Set(before?.offendingRows?.map(offendingLine))
  const rows = (now.offendingRows ?? []).map(offendingLine)
  lines.push(...rows.filter((line) => !told.has(line)).map((line) => `  ${line}`))
  if (hasEnded(now.state) && before?.state !== now.state) lines.push(`  ${reportLine(now)}`)
  const needsPerson = now.state !== "running" || hasErrors(now.findings)
  if (needsPerson && now.choices.join() !== before?.choices.join())
    lines.push(
      ...now.choices.map(
        (choice) => `  ${/^sluice (?:abort|undo) /.test(choice) ? "to take it back" : "to go on"}: ${choice}`,
      ),
    )
  return lines
}

function said(finding: Finding): string {
  const place = placeOf(finding)
  return `${finding.severity}: ${place === "" ? "" : `${place}: `}${finding.message}`
}

/** Reasons to rest that are new, and the end of all. One that differs in its figures only is the same. */
function newRests(before: RunStatus | null, now: RunStatus): readonly string[] {
  const known = new Set(restsOf(before).map(withoutFigures))
  const rests = restsOf(now)
  if (rests.length === 0) return known.size > 0 && now.backfill ? ["goes on"] : []
  return rests.filter((reason) => !known.has(withoutFigures(reason)))
}

function restsOf(status: RunStatus | null): readonly string[] {
  return status?.backfill ? restLines(status.backfill) : []
}

function withoutFigures(reason: string): string {
  return reason.replaceAll(/\d[\d.]*(ms|s|m|h|d|B|kB|MB|GB|TB)?\b/g, "#")
}
