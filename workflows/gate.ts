import { CancellationScope, condition, patched, sleep } from "@temporalio/workflow"
import type { GateName } from "../src/domain/gate.ts"
import type { Activities } from "./activities.ts"
import { continueAsNewWhenLong, historyIsLong } from "./continue.ts"
import { findingOf } from "./failure.ts"
import { untilDoneOrSkipped } from "./needs-operator.ts"
import { restWhilePaused } from "./rest.ts"
import type { RunProgress } from "./run-progress.ts"
import { show } from "./status.ts"
import { requestOf } from "./steering.ts"

/** The code of what can't be asked while the target is away. */
const unreachable = "TARGET_UNREACHABLE"

/** Waits until the gate is passed: by a person, at once, or by itself after a while, as the plan says. */
export async function passGate(progress: RunProgress, activities: Activities, gate: GateName): Promise<void> {
  if (progress.gatesPassed.has(gate)) return
  await restWhilePaused(progress, activities)
  progress.phase = gate
  const mode = progress.input.gates[gate]
  if (mode === "auto" && (await passByMode(progress, activities, gate))) return

  progress.waitingFor = gate
  await untilDoneOrSkipped(progress, activities, gate, ["retry", "abort"], () => openGate(progress, activities, gate))
  show(progress)
  const carried = progress.gateTimer?.gate === gate
  if (!carried) progress.gateTimer = typeof mode === "object" ? { gate, until: Date.now() + mode.afterMs } : null
  await continueAsNewWhenLong(progress)
  const passed = () => progress.gatesPassed.has(gate)
  const until = progress.gateTimer?.until ?? null
  if (until !== null) {
    const left = Math.max(0, until - Date.now())
    // Only a time that an earlier history has begun can be over by now; one that begins here always has its timer.
    if (!carried || left > 0) await condition(passed, left)
    await condition(() => passed() || !progress.paused)
    if (!passed() && (await passByMode(progress, activities, gate))) return
    progress.gateTimer = { gate, until: null }
  }
  while (!passed()) {
    await condition(() => passed() || historyIsLong(progress))
    if (!passed()) await continueAsNewWhenLong(progress)
  }
}

/** In turn with decisions, and so not for as long as the target may be away: in between an abort gets through. */
async function openGate(progress: RunProgress, activities: Activities, gate: GateName): Promise<void> {
  for (;;) {
    try {
      await progress.turns.tell((): Promise<unknown> => {
        // Passed while it waited for its turn: opened now, it would seem to wait still.
        if (progress.gatesPassed.has(gate) && patched("passed-before-open")) return Promise.resolve()
        return activities.decisions.openGate(progress.ref, gate, progress.paused ? "paused" : "waiting")
      })
      return
    } catch (error) {
      if (findingOf(error).code !== unreachable) throw error
    }
    await restFromUnreachable(progress, `the target can't be reached to open ${gate}`)
  }
}

/** Between two tries others may decide. */
async function restFromUnreachable(progress: RunProgress, summary: string): Promise<void> {
  await sleep("5s", { summary })
  await continueAsNewWhenLong(progress)
}

/**
 * Passes the gate without a person. It is judged like any decision; where it is refused (an old application is still
 * connected), the gate waits for a person instead of failing the run.
 */
async function passByMode(progress: RunProgress, activities: Activities, gate: GateName): Promise<boolean> {
  for (;;) {
    const passed = await tryByMode(progress, activities, gate)
    if (passed !== unreachable) return passed
    await restFromUnreachable(progress, `the target can't be reached to pass ${gate}`)
    await condition(() => !progress.paused)
  }
}

async function tryByMode(
  progress: RunProgress,
  activities: Activities,
  gate: GateName,
): Promise<boolean | typeof unreachable> {
  return progress.turns.take(async () => {
    if (progress.gatesPassed.has(gate)) return true
    // Not yet known, or about to be read anew: it would be refused, and a gate asks only once.
    if (progress.standing !== "known") return false
    const command = { gate, actor: "gate mode", reason: `the plan lets ${gate} pass by itself` }
    const request = { ...requestOf(progress, "proceed", command, "gate mode"), waitingFor: gate }
    try {
      await CancellationScope.nonCancellable(() => activities.decisions.judge(progress.ref, request))
    } catch (error) {
      const { code } = findingOf(error)
      if (code === "BUG") throw error
      if (code === unreachable) return code
      return false
    }
    progress.gatesPassed.add(gate)
    progress.waitingFor = null
    show(progress)
    return true
  })
}
