import { setTimeout as delay } from "node:timers/promises"

/** Asks until the condition holds; the test's own timeout ends a wait in vain. */
export async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await delay(20)
}
