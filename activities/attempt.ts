import { Context } from "@temporalio/activity"
import type { Attempt } from "../src/execution/attempt.ts"
import { toFailure } from "./failure.ts"
import type { ActivityDeps } from "./deps.ts"
import type { RunRef } from "./types.ts"

/**
 * Runs one attempt of an activity: an intent row before, an outcome row after, heartbeats by the clock, cancellation
 * handed on, errors mapped. Everything that touches a target goes through here.
 */
export async function attempted<T>(
  deps: ActivityDeps,
  ref: RunRef,
  step: string | null,
  work: (attempt: Attempt) => Promise<T>,
  outcomeOf: (result: T) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<T> {
  const context = Context.current()
  const { attempt: number, activityType } = context.info
  const attempt: Attempt = {
    signal: context.cancellationSignal,
    number,
    scheduledAt: context.info.currentAttemptScheduledTimestampMs,
    heartbeat: (details) => context.heartbeat(details),
  }
  // The clock's heartbeat says that the process lives; a statement may well take longer than the timeout.
  const timer = setInterval(() => context.heartbeat(), Math.max(200, (context.info.heartbeatTimeoutMs ?? 10_000) / 3))
  try {
    const about = {
      actor: `worker ${process.pid}`,
      run: ref.run,
      step,
      activity: activityType,
      attempt: number,
      phase: ref.phase,
      signal: context.cancellationSignal,
      onWaiting: () => context.heartbeat(),
    }
    return await deps.recorder.around(about, () => work(attempt), outcomeOf)
  } catch (error) {
    if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason
    throw toFailure(error)
  } finally {
    clearInterval(timer)
  }
}

/** The same for words to the control database alone, which are no attempts on a target and need no rows of their own. */
export async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toFailure(error)
  }
}
