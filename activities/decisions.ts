import { RefusedError } from "../src/domain/errors.ts"
import type { Finding } from "../src/domain/finding.ts"
import { returnGate, type WaitName } from "../src/domain/gate.ts"
import { endedRefusal } from "../src/domain/judgement.ts"
import { hasEnded } from "../src/domain/run.ts"
import { loadRun, setRunState } from "../src/ledger/runs.ts"
import { withSession } from "../src/postgres/session.ts"
import { mapped } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { recordSight, type Ask } from "./gate-sight.ts"
import { judge } from "./judge.ts"
import { foretoldAt } from "./plan-evidence.ts"
import { tellPause } from "./pause.ts"
import { lookForStragglers } from "./stragglers.ts"
import { targetRunOf } from "./target-run.ts"
import type { DecisionActivities, RunRef } from "./types.ts"
import { untilLetIn } from "./until-let-in.ts"
import { withinReach } from "./within-reach.ts"

/** Gates and decisions: gathers what is in view, judges, and writes both verdicts to the ledger. */
export function createDecisionActivities(deps: ActivityDeps): DecisionActivities {
  const { control } = deps
  return {
    openGate: (ref, gate, state = "waiting") =>
      mapped(async (_, place) => {
        await refuseEnded(deps, ref)
        const phase = gate === returnGate ? ref.phase : gate
        const ask = gate === returnGate ? patiently : withinReach
        try {
          const stragglers = gate === "contract" ? await lookForStragglers(deps, ref, place.decidedAt, ask) : null
          const { evidenceHash, findings } = await recordSight(deps, ref, gate, ask, stragglers)
          const foretold = await foretoldAt(deps, ref, gate)
          const told = [...findings, ...foretold]
          await setRunState(control, ref, { state, phase, waitingFor: gate, findings: told, place })
          return { evidenceHash }
        } catch (error) {
          if (!(error instanceof RefusedError) || error.code !== "TARGET_UNREACHABLE") throw error
          const now = state === "waiting" ? "running" : state
          await setRunState(control, ref, {
            state: now,
            phase,
            waitingFor: null,
            findings: [closed(gate, error)],
            place,
          })
          throw error
        }
      }),
    judge: (ref, request) => mapped((_, place) => judge(deps, ref, request, place)),
    tellPause: (ref, paused) =>
      mapped(async (_, place) => {
        const run = await targetRunOf(deps, ref)
        await untilLetIn(() =>
          patiently(run.target, "sluice:pause", (session) => tellPause(session, run, paused, place)),
        )
      }),
  }
}

/** No decision waits for the answer: Temporal tries it for as long as it takes. */
const patiently: Ask = (target, applicationName, work) => withSession({ url: target.url, applicationName }, work)

/** For `status`: the run would seem to be at work on what is before the gate. */
function closed(gate: WaitName, { code, finding, cause }: RefusedError): Finding {
  const why = cause instanceof Error ? cause.message : finding.message
  return {
    code,
    severity: "warning",
    subject: finding.subject,
    message: `gate ${gate} can't open while the target can't be reached: ${why}`,
    hint: "It is tried again every few seconds, and opens once the target answers.",
  }
}

/** No gate opens for a run that is over: its workflow was reset from outside. */
async function refuseEnded({ control }: ActivityDeps, { run }: RunRef): Promise<void> {
  const { state } = await loadRun(control, run)
  if (hasEnded(state)) throw new RefusedError(endedRefusal(run))
}
