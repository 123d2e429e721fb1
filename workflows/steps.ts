import type { Phase } from "../src/domain/phase.ts"
import type { StepOutline } from "../src/domain/plan.ts"
import type { Activities } from "./activities.ts"
import { untilDoneOrSkipped } from "./needs-operator.ts"
import { restWhilePaused } from "./rest.ts"
import type { Choice, RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"

/** Runs the plan's steps of one phase, in order. Each step's undo is registered before the step runs. */
export async function runSteps(progress: RunProgress, activities: Activities, phase: Phase): Promise<void> {
  const steps = progress.steps.filter((step) => step.phase === phase)
  if (steps.length === 0) return
  // Taken up again behind this phase: it isn't shown as going through it once more.
  if (progress.readsFirst && steps.every(({ id }) => isOver(progress, id))) return
  progress.phase = phase
  show(progress)
  for (const step of steps) await runStep(progress, activities, step)
}

/** Plans of earlier versions don't say which of the contract's steps it is. */
export function endsOldShape({ endsOldShape, phase, action }: StepOutline): boolean {
  return endsOldShape ?? (phase === "contract" && action === "sql")
}

function isOver({ done, skipped }: RunProgress, step: string): boolean {
  return done.has(step) || skipped.has(step)
}

async function runStep(progress: RunProgress, activities: Activities, step: StepOutline): Promise<void> {
  if (isOver(progress, step.id)) return
  await restWhilePaused(progress, activities)
  if (!progress.begun.includes(step.id)) progress.begun.push(step.id)
  const outcome = await untilDoneOrSkipped(progress, activities, step.id, verbsFor(progress, step), () =>
    perform(progress, activities, step),
  )
  if (outcome === "done") progress.done.add(step.id)
  else progress.skipped.add(step.id)
  if (outcome === "done" && endsOldShape(step)) progress.contracted = true
  show(progress)
}

/**
 * The plan says what can be left out: what comes after a sync, a filling, a comparison or a contract rests on it. Once
 * purge has begun, no abort but an undo leads back.
 */
function verbsFor({ purging }: RunProgress, { skippable }: StepOutline): Choice["verbs"] {
  return ["retry", purging ? "undo" : "abort", ...(skippable ? (["skip"] as const) : [])]
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
