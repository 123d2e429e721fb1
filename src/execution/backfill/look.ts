import type { Session } from "../../postgres/session.ts"
import { readKnobs } from "../knobs.ts"
import type { Throttle } from "../throttle/throttle.ts"
import { cutBatches } from "./cut-batches.ts"
import type { FillContext } from "./range-worker.ts"

/** Reads knobs and throttle, and sets the pace by them. The throttle looks on in a pause, so that it forgets nothing. */
export async function look(
  control: Session,
  { run, pace, neighbours }: Pick<FillContext, "run" | "pace" | "neighbours">,
  throttle: Throttle,
): Promise<void> {
  const { paused = false, watchProbes = true, ...tuned } = await readKnobs(control, run.run)
  const limits = { ...run.target.limits, ...tuned }
  pace.batchDurationMs = limits.batchDurationMs
  pace.parallelRanges = limits.parallelRanges
  await neighbours.look(control, [...pace.batches.keys()])
  pace.restRatio = neighbours.areAtWork ? limits.restRatio : 0
  await cutBatches(control, pace, limits)
  const because = await throttle.read(control, { ...limits, watchProbes, pids: [...pace.batches.keys()] })
  pace.update(paused ? "paused" : because)
}

/** Tells how far it is, and why it rests where it does. */
export async function report({
  meter,
  pace,
  observer,
  step,
}: Pick<FillContext, "meter" | "pace" | "observer" | "step">): Promise<void> {
  // Progress is for the eye: work must not stop because it can't be shown.
  await observer.progress(step.id, meter.read(Date.now(), pace)).catch(() => {})
}
