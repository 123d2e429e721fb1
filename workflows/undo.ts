import { CancellationScope, condition, patched } from "@temporalio/workflow"
import type { StepUndone } from "../activities/types.ts"
import type { Finding } from "../src/domain/finding.ts"
import { returnGate } from "../src/domain/gate.ts"
import type { Phase } from "../src/domain/phase.ts"
import type { StepOutline } from "../src/domain/plan.ts"
import type { Activities } from "./activities.ts"
import { findingOf } from "./failure.ts"
import { untilDoneOrSkipped } from "./needs-operator.ts"
import type { RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"
import { endsOldShape } from "./steps.ts"

/**
 * The way back: undoes every step that began, last first. A step whose undo fails stops the unwinding as
 * `needs-operator`: what came before it rests on it, so the order is never broken without somebody's decision. What is
 * left out then is left behind, and named as such when the run ends.
 */
export async function unwind(progress: RunProgress, activities: Activities): Promise<void> {
  await CancellationScope.nonCancellable(async () => {
    progress.waitingFor = null
    show(progress)
    while ((await undoAll(progress, activities)) === "stands again") startOver(progress)
  })
}

/** `stands again`: the target was restored meanwhile to a state in which steps stand that were undone already. */
async function undoAll(progress: RunProgress, activities: Activities): Promise<"undone" | "stands again"> {
  const outlines = new Map(progress.steps.map((step) => [step.id, step]))
  for (const id of progress.begun.toReversed()) {
    const step = outlines.get(id)
    if (!step || progress.undone.has(id) || progress.leftBehind.has(id) || !isToBeUndone(step)) continue
    if (isBeforeContract(step.phase)) await newWritersGone(progress, activities)
    progress.phase = step.phase
    const outcome = await undo(progress, activities, step)
    if (outcome === "stands again") return outcome
    if (outcome === "skipped" && patched("leave-behind")) progress.leftBehind.add(id)
    else progress.undone.add(id)
    show(progress)
    // The old shape isn't back: the new one is all that applications have, and stays with everything that keeps it.
    if (progress.leftBehind.has(id) && !isBeforeContract(step.phase)) return "undone"
  }
  return "undone"
}

async function undo(
  progress: RunProgress,
  activities: Activities,
  step: StepOutline,
): Promise<"done" | "skipped" | "stands again"> {
  const options = { summary: `Undo: ${step.summary}` }
  // What comes back from the archive is the only copy: without it nothing may go on.
  const activity = step.action === "backfill" ? activities.bulk.undoBackfill : activities.ddl.undoStep
  const verbs = ({ code }: Finding) =>
    step.action === "backfill" || (provesAgain(step) && code === "DATA_REJECTED")
      ? (["retry"] as const)
      : (["retry", "skip"] as const)
  let standsAgain = false
  const outcome = await untilDoneOrSkipped(progress, activities, `undo of ${step.id}`, verbs, async () => {
    const undone: Promise<StepUndone> = activity.executeWithOptions(options, [progress.ref, step.id])
    if (endsOldShape(step)) void undone.then((said) => noteContract(progress, said), forNow)
    try {
      await undone
    } catch (error) {
      if (findingOf(error).code !== "UNDONE_IS_BACK") throw error
      standsAgain = true
    }
  })
  return standsAgain ? "stands again" : outcome
}

/**
 * The old shape is back by then, and promises what is proven here. Left out because of rows that break the promise,
 * nothing behind it would be taken back, and it would go on refusing writes of them: the rows are what has to change.
 */
function provesAgain({ back, phase }: StepOutline): boolean {
  return back === true && phase === "contract"
}

/** Undoing what is undone is seen to be so. The old shape may be hidden again, and its applications have to wait again. */
function startOver(progress: RunProgress): void {
  progress.undone.clear()
  progress.gatesPassed.delete(returnGate)
}

/** An earlier version doesn't say whether there was something to undo: then it is taken to have been there. */
function noteContract(progress: RunProgress, { wasDone = true }: StepUndone): void {
  if (wasDone) progress.contracted = true
}

/** Who waits for the undo sees to its failure. */
function forNow(): void {}

/**
 * Once the old shape was hidden, applications of the new one are all there is. They can go back only when both shapes
 * are there again, and the new one can go only when they have: between the two, the way back waits.
 */
async function newWritersGone(progress: RunProgress, activities: Activities): Promise<void> {
  const isContracted = patched("contracted") ? progress.contracted : progress.gatesPassed.has("contract")
  if (!isContracted || !progress.hidesOldShape || progress.gatesPassed.has(returnGate)) return
  progress.waitingFor = returnGate
  await untilDoneOrSkipped(progress, activities, returnGate, ["retry"], () =>
    activities.decisions.openGate(progress.ref, returnGate),
  )
  show(progress)
  await condition(() => progress.gatesPassed.has(returnGate))
}

/** A contract without an undo is asked for all the same: where it was done, nothing before it may be taken away. */
function isToBeUndone({ hasUndo, phase, action }: StepOutline): boolean {
  return hasUndo || (phase === "contract" && action === "sql" && patched("ask-contract"))
}

function isBeforeContract(phase: Phase): boolean {
  return phase !== "contract" && phase !== "purge"
}
