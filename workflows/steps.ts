import type { Phase } from "../src/domain/phase.ts"
import type { StepOutline } from "../src/domain/plan.ts"
import type { Activities } from "./activities.ts"
import { untilDoneOrSkipped } from "./needs-operator.ts"
import { restWhilePaused } from "./rest.ts"
import type { RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"

/** Runs the plan's steps of one phase, in order. Each step's undo is registered before the step runs. */
export async function runSteps(progress: RunProgress, activities: Activities, phase: Phase): Promise<void> {
  const steps = progress.steps.filter((step) => step.phase === phase)
  if (steps.length === 0) return
  progress.phase = phase
  show(progress)
  for (const step of steps) await runStep(progress, activities, step)
}

async function runStep(progress: RunProgress, activities: Activities, step: StepOutline): Promise<void> {
  if (progress.done.has(step.id) || progress.skipped.has(step.id)) return
  await restWhilePaused(progress, activities)
  if (!progress.begun.includes(step.id)) progress.begun.push(step.id)
  // A comparison that failed can't be wished away: without it no further step is safe.
  const verbs = step.action === "verify" ? (["retry", "abort"] as const) : (["retry", "skip", "abort"] as const)
  const outcome = await untilDoneOrSkipped(progress, activities, step.id, verbs, () =>
    perform(progress, activities, step),
  )
  if (outcome === "done") progress.done.add(step.id)
  else progress.skipped.add(step.id)
  show(progress)
}

function perform(progress: RunProgress, activities: Activities, step: StepOutline): Promise<unknown> {
  const options = { summary: step.summary }
  switch (step.action) {
    case "sql":
      return activities.ddl.performStep.executeWithOptions(options, [progress.ref, step.id])
    case "backfill":
      return activities.bulk.runBackfill.executeWithOptions(options, [progress.ref, step.id])
    case "verify":
      return activities.bulk.runVerify.executeWithOptions(options, [progress.ref, step.id])
  }
}
