import { allHandlersFinished, CancellationScope, condition, isCancellation, patched, sleep } from "@temporalio/workflow"
import type { Phase } from "../src/domain/phase.ts"
import type { RunEnd, RunInput } from "../src/domain/run.ts"
import { activitiesFor, type Activities } from "./activities.ts"
import { continueAsNewWhenLong } from "./continue.ts"
import { passGate } from "./gate.ts"
import { untilDoneOrSkipped } from "./needs-operator.ts"
import { afterReset, RunIsOver } from "./over.ts"
import { restWhilePaused } from "./rest.ts"
import { RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"
import { steer } from "./steering.ts"
import { runSteps } from "./steps.ts"
import { unwind } from "./undo.ts"

/** How a run ended. */
export interface RunOutcome {
  readonly run: string
  readonly state: RunEnd
}

/** Expand, dual write, backfill, verify, switch, contract: one run of a plan, with a way back from everywhere. */
export async function expandContract(input: RunInput): Promise<RunOutcome> {
  const activities = activitiesFor(input)
  const progress = new RunProgress(input)
  steer(progress, activities)
  try {
    const end = await Promise.race([thereOrBack(progress, activities), afterReset(progress, activities)])
    return await finish(progress, activities, end)
  } catch (error) {
    if (error instanceof RunIsOver) return finish(progress, activities, error.end)
    throw error
  }
}

async function thereOrBack(progress: RunProgress, activities: Activities): Promise<RunEnd> {
  // Cut short by an abort, it would leave the way back with nothing to undo.
  if (progress.readsFirst) await CancellationScope.nonCancellable(() => takeUp(progress, activities))
  try {
    await progress.forward.run(() => forward(progress, activities))
    // Where everything was done already, nothing on the way forward is left that a decision to go back could stop.
    if (progress.aborting === null) return "completed"
  } catch (error) {
    if (!isCancellation(error)) throw error
    // This history remembers too little to go back by: a fresh one does.
    if (progress.standing === "leaving") await condition(() => false)
    // Cancelled by `abort` or `undo`, or by Temporal's own cancel, which carries neither reason nor actor.
    const isDecided = progress.aborting !== null
    progress.aborting ??= { reason: "cancelled through Temporal", actor: "temporal" }
    if (progress.purging && !isDecided) throw error
  }
  await unwind(progress, activities)
  return "aborted"
}

async function forward(progress: RunProgress, activities: Activities): Promise<void> {
  await prepare(progress, activities)
  await backup(progress, activities)

  await runSteps(progress, activities, "expand")
  await runSteps(progress, activities, "dual-write")
  await passGate(progress, activities, "dual-write")

  await runSteps(progress, activities, "backfill")
  await runSteps(progress, activities, "verify")
  await passGate(progress, activities, "switch")

  await soak(progress, activities)
  await passGate(progress, activities, "contract")
  await runSteps(progress, activities, "contract")

  await keep(progress, activities)
  await passGate(progress, activities, "purge")
  await runSteps(progress, activities, "purge")
}

/** Reads where a run stands that goes on in a fresh history, or after its workflow was lost. */
async function takeUp(progress: RunProgress, activities: Activities): Promise<void> {
  const { input } = progress
  if (input.adopt) {
    progress.restore(await activities.planning.assessJournal(progress.ref))
    if (input.adopt === "abort") progress.aborting ??= { reason: "adopted to be undone", actor: input.startedBy }
  }
  if (progress.phasesDone.has("plan")) {
    progress.know(await activities.quick.loadOutline(progress.ref))
  }
  progress.standing = "known"
  // Adopted to be undone, or lost while it unwound: also where nothing was begun, it must not go on.
  if (progress.aborting) progress.forward.cancel()
}

async function prepare(progress: RunProgress, activities: Activities): Promise<void> {
  if (!progress.readsFirst) await takeUp(progress, activities)
  if (progress.phasesDone.has("plan")) return
  await once(progress, activities, "precheck", () => activities.planning.precheck(progress.ref))
  await once(progress, activities, "plan", async () => {
    progress.know(await activities.planning.preparePlan(progress.ref))
  })
}

/** Nothing is touched before a backup of it was restored and compared. There is no skipping it. */
async function backup(progress: RunProgress, activities: Activities): Promise<void> {
  await once(progress, activities, "backup", () => activities.backup.createBackup(progress.ref))
}

async function soak(progress: RunProgress, activities: Activities): Promise<void> {
  const { soakMs } = progress.input
  if (soakMs > 0) await once(progress, activities, "soak", () => activities.watch.soak(progress.ref, soakMs))
}

/** The old shape is hidden, not gone: for this long an abort brings it back at once, unless a person ends it by purge. */
async function keep(progress: RunProgress, activities: Activities): Promise<void> {
  const { keepMs } = progress.input
  if (keepMs === 0 || progress.phasesDone.has("keep") || progress.purging) return
  progress.phase = "keep"
  progress.keepUntil ??= Date.now() + keepMs
  progress.mayEndKeep = patched("end-keep")
  show(progress)
  await progress.turns.tell(() =>
    activities.quick.recordState(progress.ref, { state: progress.state, waitingFor: null, findings: [] }),
  )
  await continueAsNewWhenLong(progress)
  const left = progress.keepUntil - Date.now()
  const untilTime = () => sleep(left, { summary: "the hidden shape is kept" })
  // A keep that began under an earlier version lasts its time: a cancelled one has to wake up in the same microtask.
  if (!progress.mayEndKeep && left > 0) await untilTime()
  else if (left > 0) await untilPurging(progress, untilTime)
  progress.phasesDone.add("keep")
}

async function untilPurging(progress: RunProgress, untilTime: () => Promise<void>): Promise<void> {
  const waits = new CancellationScope()
  await waits.run(() => Promise.race([untilTime(), condition(() => progress.purging)]))
  // Where a person was first the timer is still there.
  waits.cancel()
}

/** A phase without steps of its own. */
async function once(
  progress: RunProgress,
  activities: Activities,
  phase: Phase,
  work: () => Promise<unknown>,
): Promise<void> {
  if (progress.phasesDone.has(phase)) return
  await restWhilePaused(progress, activities)
  progress.phase = phase
  show(progress)
  await untilDoneOrSkipped(progress, activities, phase, ["retry", "abort"], work)
  progress.phasesDone.add(phase)
}

async function finish(progress: RunProgress, activities: Activities, end: RunEnd): Promise<RunOutcome> {
  return CancellationScope.nonCancellable(async () => {
    if (end === "completed") progress.phase = "complete"
    const reason = progress.aborting?.reason ?? null
    const leftBehind = [...progress.leftBehind]
    const said = await activities.ending.finishRun(progress.ref, { state: end, reason, leftBehind })
    // Histories of earlier versions have no answer.
    const state = said?.state ?? end
    progress.ended = state
    show(progress)
    await condition(allHandlersFinished)
    return { run: progress.input.run, state }
  })
}
