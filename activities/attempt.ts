import { Context } from "@temporalio/activity"
import type { Attempt } from "../src/execution/attempt.ts"
import type { Place } from "../src/ledger/place.ts"
import { toFailure } from "./failure.ts"
import type { ActivityDeps } from "./deps.ts"
import type { RunRef } from "./types.ts"

/**
 * Runs one attempt of an activity: an intent row before, an outcome row after, heartbeats by the clock, cancellation
 * handed on, errors mapped. Everything that changes a target goes through here.
 */
export async function attempted<T>(
  deps: ActivityDeps,
  ref: RunRef,
  step: string | null,
  work: (attempt: Attempt, place: Place) => Promise<T>,
  outcomeOf: (result: T) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<T> {
  return mapped((attempt, place) => {
    const about = {
      actor: `worker ${process.pid}`,
      run: ref.run,
      step,
      activity: Context.current().info.activityType,
      attempt: attempt.number,
      decidedAt: place.decidedAt,
      phase: ref.phase,
      signal: attempt.signal,
      onWaiting: () => attempt.heartbeat(),
    }
    return deps.recorder.around(about, () => work(attempt, place), outcomeOf)
  })
}

/** The same without rows: for words to the control database, and for what asks and ends. */
export async function mapped<T>(work: (attempt: Attempt, place: Place) => Promise<T>): Promise<T> {
  const context = Context.current()
  const attempt: Attempt = {
    signal: context.cancellationSignal,
    number: context.info.attempt,
    scheduledAt: context.info.currentAttemptScheduledTimestampMs,
    heartbeat: (details) => context.heartbeat(details),
  }
  // The clock's heartbeat says that the process lives; a statement may well take longer than the timeout.
  const timer = setInterval(() => context.heartbeat(), Math.max(200, (context.info.heartbeatTimeoutMs ?? 10_000) / 3))
  try {
    return await work(attempt, { decidedAt: context.info.scheduledTimestampMs, attempt: context.info.attempt })
  } catch (error) {
    if (context.cancellationSignal.aborted) throw context.cancellationSignal.reason
    throw toFailure(error)
  } finally {
    clearInterval(timer)
  }
}
