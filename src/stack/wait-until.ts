import { setTimeout as delay } from "node:timers/promises"

/**
 * Asks again until the answer is something else than null or false. Null when `timeoutMs` are over, or when
 * `giveUp` says that it can't come true any more.
 */
export async function waitUntil<T>(
  ask: () => Promise<T | null | false> | T | null | false,
  options: { readonly timeoutMs: number; readonly everyMs?: number; readonly giveUp?: () => boolean },
): Promise<T | null> {
  const deadline = Date.now() + options.timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== false) return answer
    if (Date.now() > deadline || options.giveUp?.() === true) return null
    await delay(options.everyMs ?? 50)
  }
}
