import { setTimeout as sleep } from "node:timers/promises"
import type { Load } from "./load.ts"
import type { Span } from "./protocol.ts"

/** Long enough for a hundred answers above the 99th percentile, short enough for many of them in one backfill. */
const windowMs = 2_000

/** Watches the load while `work` is under way, in windows of two seconds; the last one is as long as is left. */
export async function watch(load: Load, work: () => Promise<void>): Promise<readonly Span[]> {
  await load.mark()
  const spans: Span[] = []
  const working = work().then(() => "over" as const)
  for (;;) {
    const state = await Promise.race([working, sleep(windowMs, "under way" as const)])
    spans.push(await load.mark())
    if (state === "over") return spans
  }
}

/** The windows of full length; where not even one is, the piece that there was. */
export function wholeWindows(spans: readonly Span[]): readonly Span[] {
  const whole = spans.filter(({ seconds }) => seconds * 1_000 >= windowMs)
  return whole.length === 0 ? spans : whole
}
