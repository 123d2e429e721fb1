import type { BackupForecast } from "../../backup/forecast.ts"
import { firstFew } from "../../domain/first-few.ts"
import type { Finding } from "../../domain/finding.ts"
import { formatDuration } from "../../domain/duration.ts"
import { gateMeanings, gateNames, type GateMode } from "../../domain/gate.ts"
import type { Plan } from "../../domain/plan.ts"
import type { Step } from "../../domain/step.ts"
import { renderFindings } from "./findings.ts"
import type { Look } from "./look.ts"
import { table } from "./table.ts"
import { bytes, number, plural } from "./words.ts"

/** Above steps that a newcomer would take for work of the run. */
const backHeading = "Only where the run is taken back, by abort or undo; on the way forward nothing is done here:"

/** A plan with what was found about it. */
export interface ShownPlan {
  readonly plan: Plan
  readonly findings: readonly Finding[]
  /** What its run will back up; null where one was started with it, whose status names the backup itself. */
  readonly backup: BackupForecast | null
}

/** What `plan --json` prints: the plan's outline with its SQL, as interface.md names the members. */
export function planDocument({ plan, findings, backup }: ShownPlan): unknown {
  const { hash, target, strategy, steps, relations, gates, soakMs, keepMs } = plan
  return {
    plan: {
      hash,
      target,
      revisions: plan.revisions.map((revision) => revision.id),
      strategy,
      steps: steps.map((step) => ({
        id: step.id,
        phase: step.phase,
        summary: step.summary,
        back: step.back,
        sql: step.sql,
        lock: step.lock,
        transactional: step.transactional,
        rewritesTable: step.rewritesTable,
        losesData: step.losesData,
        undo: step.undo,
      })),
      relations,
      gates,
      soakMs,
      keepMs,
      backup,
      findings,
    },
  }
}

/** `startWith`: the command that starts it; null where it was started already. */
export function renderPlan(
  { plan, findings, backup }: ShownPlan,
  look: Look,
  options: { readonly sql: boolean; readonly startWith: string | null },
): string {
  const titles = plan.revisions.map((revision) => `  ${look.bold(revision.id)}  ${revision.title}`)
  const show = (steps: readonly Step[]): string =>
    options.sql ? steps.map((step) => stepWithSql(step, look)).join("\n\n") : stepTable(steps, look)
  const forward = plan.steps.filter((step) => !step.back)
  const back = plan.steps.filter((step) => step.back)
  const parts = [
    `Plan ${look.bold(plan.hash.slice(0, 12))} for ${look.bold(plan.target)} (${plan.strategy}, ${stepCount(plan)})`,
    titles.join("\n"),
    ...(backup === null ? [] : ["", backupLine(backup)]),
    "",
    show(forward),
    ...(back.length === 0 ? [] : ["", look.bold(backHeading), show(back)]),
    "",
    gateNames.map((gate) => `  ${gate.padEnd(10)}  ${modeOf(plan.gates[gate])}: ${gateMeanings[gate]}`).join("\n"),
    look.dim(`  soak ${formatDuration(plan.soakMs)}, keep ${formatDuration(plan.keepMs)}`),
  ]
  if (findings.length > 0) parts.push("", renderFindings(findings, look))
  if (options.startWith !== null) parts.push("", `Start it with: ${options.startWith}`)
  return parts.join("\n")
}

/** `5 steps`, `5 steps, and 2 for the way back`. */
function stepCount({ steps }: Plan): string {
  const back = steps.filter((step) => step.back).length
  return `${plural(steps.length - back, "step")}${back === 0 ? "" : `, and ${number(back)} for the way back`}`
}

/** `First a backup: …`, with as many tables as a line holds. */
function backupLine({ tables }: BackupForecast): string {
  const named = tables.map(({ name, rows, bytes: size }) => {
    const known = rows === null || size === null ? "never analyzed" : `about ${plural(rows, "row")}, ${bytes(size)}`
    return `${name} (${known})`
  })
  const data = named.length === 0 ? "" : `, and the rows of ${firstFew(named, 5)}`
  return `First a backup: the whole schema${data}. Nothing is changed before it was restored and compared.`
}

function stepTable(steps: readonly Step[], look: Look): string {
  const rows = steps.map((step) => [
    step.phase,
    step.lock === "none" ? "" : step.lock,
    step.undo === null && step.action === "sql" ? look.yellow("no") : "yes",
    warningsOf(step, look) + step.summary,
  ])
  return table(["PHASE", "LOCK", "UNDO", "STEP"], rows, look)
}

function stepWithSql(step: Step, look: Look): string {
  const undo =
    step.undo === null ? [] : [look.dim("-- undo:"), ...step.undo.split("\n").map((line) => look.dim(`--   ${line}`))]
  const notes = [
    step.lock === "none" ? "" : `lock ${step.lock}`,
    step.transactional ? "one transaction" : "no transaction",
  ]
  const head = `${look.bold(`-- ${step.id}`)} (${step.phase}): ${warningsOf(step, look)}${step.summary}`
  const statement = step.back ? [] : [step.sql]
  return [head, look.dim(`-- ${notes.filter((note) => note !== "").join(", ")}`), ...statement, ...undo].join("\n")
}

function warningsOf(step: Step, look: Look): string {
  const warnings = [step.rewritesTable ? "rewrites the table" : "", step.losesData ? "loses data" : ""]
  const text = warnings.filter((warning) => warning !== "").join(", ")
  return text === "" ? "" : `${look.red(`[${text}]`)} `
}

function modeOf(mode: GateMode): string {
  return typeof mode === "string" ? mode : `after ${formatDuration(mode.afterMs)}`
}
