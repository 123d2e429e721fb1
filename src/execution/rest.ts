import { setTimeout as delay } from "node:timers/promises"

/** Waits; when `signal` aborts, at once throws the signal's own reason. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
