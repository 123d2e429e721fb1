import { setTimeout as sleep } from "node:timers/promises"

/** The longest delay of a timer in Node: a longer one would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** Rests for however long; on abort it throws the signal's reason. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  const end = Date.now() + ms
  for (let left = ms; left > 0; left = end - Date.now()) {
    await sleep(Math.min(left, longestTimerMs), undefined, { signal })
  }
}
