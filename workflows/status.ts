import { setCurrentDetails, upsertSearchAttributes } from "@temporalio/workflow"
import { gateMeanings } from "../src/domain/gate.ts"
import type { Phase } from "../src/domain/phase.ts"
import type { RunState } from "../src/domain/run.ts"
import type { RunProgress } from "./run-progress.ts"
import { searchAttributes } from "./search-attributes.ts"

/** The answer of the `status` query: what the workflow itself knows. `sluice status` knows more, without a worker. */
export interface WorkflowStatus {
  readonly run: string
  readonly target: string
  readonly planHash: string
  readonly state: RunState
  readonly phase: Phase
  readonly waitingFor: string | null
  readonly stepsDone: number
  readonly stepsTotal: number
  readonly problem: string | null
}

export function statusOf(progress: RunProgress): WorkflowStatus {
  const { run, target, planHash } = progress.input
  return {
    run,
    target,
    planHash,
    state: progress.state,
    phase: progress.phase,
    waitingFor: progress.waitingFor,
    stepsDone: progress.done.size,
    stepsTotal: progress.steps.length,
    problem: progress.choice ? `${progress.choice.subject}: ${progress.choice.finding.message}` : null,
  }
}

/** Makes Temporal's own UI readable: search attributes for lists, a page of current details for one run. */
export function show(progress: RunProgress): void {
  setCurrentDetails(details(progress))
  const { state, phase, waitingFor } = progress
  const now = [state, phase, waitingFor ?? ""].join(" ")
  if (now === progress.shown) return
  progress.shown = now
  progress.timeline.push({ at: new Date().toISOString(), what: now.trim() })
  upsertSearchAttributes([
    { key: searchAttributes.phase, value: phase },
    { key: searchAttributes.gate, value: waitingFor ?? "none" },
    { key: searchAttributes.needsOperator, value: state === "needs-operator" },
  ])
}

function details(progress: RunProgress): string {
  const lines = [`**${progress.state}** in phase **${progress.phase}**`, ""]
  const { run } = progress.input
  if (progress.waitingFor) {
    lines.push(`Waits at gate **${progress.waitingFor}**: ${gateMeanings[progress.waitingFor]}.`, "")
    lines.push("```", `sluice proceed ${run} --gate ${progress.waitingFor}`, "```", "")
  }
  if (progress.choice && progress.choice.chosen === null) {
    const { subject, finding, verbs } = progress.choice
    lines.push(`**${subject}** stopped: ${finding.code} ${finding.message}`, "")
    if (finding.hint) lines.push(finding.hint, "")
    lines.push("```", ...verbs.map((verb) => `sluice ${verb} ${run}`), "```", "")
  }
  for (const step of progress.steps) lines.push(`- [${mark(progress, step.id)}] ${step.phase}: ${step.summary}`)
  return lines.join("\n")
}

function mark(progress: RunProgress, step: string): string {
  if (progress.undone.has(step)) return "undone"
  if (progress.leftBehind.has(step)) return "left behind"
  if (progress.skipped.has(step)) return "skipped"
  return progress.done.has(step) ? "x" : " "
}
