import type { Session } from "../../postgres/session.ts"
import { readKnobs } from "../knobs.ts"
import type { Throttle } from "../throttle/throttle.ts"
import type { FillContext } from "./range-worker.ts"

/** Reads knobs and throttle, and sets the pace by them. */
export async function look(
  control: Session,
  { run, pace }: Pick<FillContext, "run" | "pace">,
  throttle: Throttle,
): Promise<void> {
  const { paused = false, ...tuned } = await readKnobs(control, run.run)
  const { batchDurationMs, parallelRanges, maxReplicaLagMs } = { ...run.target.limits, ...tuned }
  pace.batchDurationMs = batchDurationMs
  pace.parallelRanges = parallelRanges
  const settings = { maxReplicaLagMs, batchDurationMs, pids: [...pace.pids] }
  pace.update(paused ? "paused" : await throttle.read(control, settings))
}

/** Tells how far it is, and why it rests where it does. */
export async function report({
  meter,
  pace,
  observer,
  step,
}: Pick<FillContext, "meter" | "pace" | "observer" | "step">): Promise<void> {
  // Progress is for the eye: work must not stop because it can't be shown.
  await observer.progress(step.id, meter.read(Date.now(), pace.restingBecause)).catch(() => {})
}
