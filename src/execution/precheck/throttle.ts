import type { Finding } from "../../domain/finding.ts"
import { askProbe } from "../../health/probe.ts"
import type { Session } from "../../postgres/session.ts"
import { sightOf } from "../throttle/sight.ts"
import { createSources } from "../throttle/sources.ts"
import type { TargetRun } from "../target-run.ts"

/** Whether the backfill can see what it must not overwhelm. What it can't see from the start it goes on without. */
export async function checkThrottle(session: Session, run: TargetRun): Promise<readonly Finding[]> {
  const { plan, target } = run
  if (!plan.steps.some(({ action }) => action === "backfill")) return []
  const findings: Finding[] = []
  for (const source of createSources(run)) {
    const unseen = source.isOn({ ...target.limits, watchProbes: true }) ? await sightOf(source, session) : null
    if (unseen === null) continue
    const { code, reason, hint } = unseen
    const message = `the backfill will go on without heeding ${source.name}: ${reason}`
    findings.push({ code, severity: "warning", subject: target.name, message, hint })
  }
  return [...findings, ...(await failingProbes(run))]
}

/** Probes that fail now: the backfill would rest at once. */
async function failingProbes({ target }: TargetRun): Promise<readonly Finding[]> {
  const asked = target.probes.map(async (probe): Promise<readonly Finding[]> => {
    const answer = await askProbe(probe, target.url)
    if (answer.state !== "ill") return []
    return [
      {
        code: "PROBE_FAILED",
        severity: "warning",
        subject: probe.name,
        message: `probe ${probe.name} fails now: ${answer.problem}; the backfill rests while it does`,
        hint: "Mend the application, or correct the probe in sluice.yaml.",
      },
    ]
  })
  return (await Promise.all(asked)).flat()
}
