import type { Attempt } from "./attempt.ts"

const everyMs = 500

/**
 * Heartbeats while `work` goes on, by a timer: a single statement may run for hours. `details` is asked each time and
 * must be small and free of row data.
 */
export async function withHeartbeat<T>(attempt: Attempt, details: () => unknown, work: () => Promise<T>): Promise<T> {
  attempt.heartbeat(details())
  const timer = setInterval(() => attempt.heartbeat(details()), everyMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
