import type { ProbeConfig, Secret, TargetConfig } from "../config/config.ts"
import { RefusedError } from "../domain/errors.ts"
import type { Attempt } from "../execution/attempt.ts"
import { askProbe } from "./probe.ts"
import { rest } from "./rest.ts"

/**
 * Watches the target's probes until `until` (epoch milliseconds). Throws RefusedError PROBE_FAILED once a probe has
 * failed more often in a row than it may. One activity for the whole of a soak, however long.
 */
export async function watchProbes(target: TargetConfig, until: number, attempt: Attempt): Promise<void> {
  if (target.probes.length === 0) {
    await rest(until - Date.now(), attempt.signal)
    return
  }
  await Promise.all(target.probes.map((probe) => watchOne(probe, target.url, until, attempt)))
}

async function watchOne(probe: ProbeConfig, url: Secret, until: number, attempt: Attempt): Promise<void> {
  let failures = 0
  while (Date.now() < until) {
    attempt.signal.throwIfAborted()
    const answer = await askProbe(probe, url, attempt.signal)
    failures = answer.state === "well" ? 0 : failures + 1
    if (answer.state !== "well" && failures > probe.failuresAllowed) {
      throw new RefusedError({
        code: "PROBE_FAILED",
        subject: probe.name,
        message: `Probe ${probe.name} failed ${failures} times in a row: ${answer.problem}.`,
        hint: "Mend the application and retry, or abort.",
      })
    }
    attempt.heartbeat()
    await rest(Math.min(probe.everyMs, until - Date.now()), attempt.signal)
  }
}
