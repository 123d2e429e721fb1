import { RefusedError, type ErrorFinding } from "../src/domain/errors.ts"
import type { Finding } from "../src/domain/finding.ts"
import { returnGate, type WaitName } from "../src/domain/gate.ts"
import { endedRefusal, refusalOf } from "../src/domain/judgement.ts"
import { isAfter } from "../src/domain/phase.ts"
import { hasEnded } from "../src/domain/run.ts"
import { isRegistered } from "../src/execution/is-registered.ts"
import { openWayBack } from "../src/execution/journal.ts"
import { writeKnobs } from "../src/execution/knobs.ts"
import { versionsAtGate, type VersionsInUse } from "../src/execution/version-roles.ts"
import { recordDecision, recordGate } from "../src/ledger/decisions.ts"
import { saveEvidence } from "../src/ledger/evidence.ts"
import { gateEvidence } from "../src/ledger/gate-evidence.ts"
import type { Place } from "../src/ledger/place.ts"
import { loadRun, setRunState, stepEnded } from "../src/ledger/runs.ts"
import { countRoleSessions } from "../src/postgres/role-sessions.ts"
import { withSession } from "../src/postgres/session.ts"
import { noWayBack, withoutWayBack } from "../src/recovery/way-back.ts"
import { mapped } from "./attempt.ts"
import type { ActivityDeps } from "./deps.ts"
import { targetRunOf } from "./target-run.ts"
import type { DecisionActivities, DecisionRequest, RunRef } from "./types.ts"

/** Gates and decisions: gathers what is in view, judges, and writes both verdicts to the ledger. */
export function createDecisionActivities(deps: ActivityDeps): DecisionActivities {
  const { control } = deps
  return {
    openGate: (ref, gate, state = "waiting") =>
      mapped(async (_, place) => {
        await refuseEnded(deps, ref)
        const { evidenceHash, findings } = await recordEvidence(deps, ref, gate)
        await setRunState(control, ref, {
          state,
          phase: gate === returnGate ? ref.phase : gate,
          waitingFor: gate,
          findings,
          place,
        })
        return { evidenceHash }
      }),
    judge: (ref, request) => mapped((_, place) => judge(deps, ref, request, place)),
  }
}

async function judge(deps: ActivityDeps, ref: RunRef, request: DecisionRequest, place: Place): Promise<void> {
  const { command, verb } = request
  const judged = refusalOf({
    ...request,
    hasEnded: hasEnded((await loadRun(deps.control, ref.run)).state),
    run: ref.run,
    planHash: ref.planHash,
    phase: ref.phase,
    // A gate that passes by itself never waited: it is judged as if it did.
    state: request.by === "gate mode" ? "waiting" : request.state,
    leavingSessions: await leavingSessions(deps, ref, request),
  })
  const refusal = judged ?? (verb === "abort" || verb === "undo" ? await wayBackRefusal(deps, ref, verb) : null)
  const gate = verb === "proceed" ? ((command.gate ?? request.waitingFor) as WaitName | null) : null
  const evidenceHash = gate === null || refusal !== null ? null : await evidenceAt(deps, ref, gate, request.by)
  if (refusal === null && (verb === "pause" || verb === "resume")) await setPaused(deps, ref, verb === "pause")
  await recordDecision(deps.control, {
    actor: command.actor,
    run: ref.run,
    planHash: ref.planHash,
    verb,
    gate,
    evidenceHash,
    reason: command.reason ?? null,
    nonce: command.nonce ?? null,
    by: request.by,
    about: request.about ?? null,
    refusal: refusal === null ? null : { code: refusal.code, message: refusal.message },
  })
  if (refusal !== null) throw new RefusedError(refusal)
  if (verb === "skip" && request.stopped !== null)
    await stepEnded(deps.control, ref.run, request.stopped, { state: "skipped", error: null }, place)
  if (request.afterwards === null) return
  const { phase } = ref
  await setRunState(deps.control, ref, { ...request.afterwards, phase, findings: [], actor: command.actor, place })
}

/**
 * From contract on other runs may have built on the relations. Where none has, the lease is taken back at once: none may
 * begin between the decision and the first undo.
 */
async function wayBackRefusal(deps: ActivityDeps, ref: RunRef, verb: "abort" | "undo"): Promise<ErrorFinding | null> {
  if (!isAfter(ref.phase, "soak")) return null
  const run = await targetRunOf(deps, ref)
  if (verb === "undo") {
    const { steps, state } = await loadRun(deps.control, ref.run)
    const stuck = noWayBack({ run: ref.run, state }, withoutWayBack(run.plan, steps))
    if (stuck) return stuck
  }
  return withSession({ url: run.target.url, applicationName: "sluice:lease" }, (session) => openWayBack(session, run))
}

/** No gate opens for a run that is over: its workflow was reset from outside. */
async function refuseEnded({ control }: ActivityDeps, { run }: RunRef): Promise<void> {
  const { state } = await loadRun(control, run)
  if (hasEnded(state)) throw new RefusedError(endedRefusal(run))
}

/** What was in view. A gate that passes by itself opens at this moment; any other was opened before. */
async function evidenceAt(deps: ActivityDeps, ref: RunRef, gate: WaitName, by: DecisionRequest["by"]): Promise<string> {
  if (by === "gate mode") return (await recordEvidence(deps, ref, gate)).evidenceHash
  const { roles } = await versionsInUse(deps, ref, gate)
  const content = await gateEvidence(deps.control, ref.run, gate, roles)
  return saveEvidence(deps.control, { plan: ref.planHash, run: ref.run, kind: `gate/${gate}`, content })
}

async function recordEvidence(
  deps: ActivityDeps,
  ref: RunRef,
  gate: WaitName,
): Promise<{ readonly evidenceHash: string; readonly findings: readonly Finding[] }> {
  const { roles, findings } = await versionsInUse(deps, ref, gate)
  const evidence = await gateEvidence(deps.control, ref.run, gate, roles)
  const { evidenceHash } = await recordGate(deps.control, { run: ref.run, planHash: ref.planHash, gate, evidence })
  return { evidenceHash, findings }
}

/** Who should be on which version's views, and who is; the target isn't asked where the plan makes none. */
async function versionsInUse(deps: ActivityDeps, ref: RunRef, gate: WaitName): Promise<VersionsInUse> {
  const { target, plan } = await targetRunOf(deps, ref)
  if (plan.versions.made.length === 0) return { roles: [], findings: [] }
  return withSession({ url: target.url, applicationName: "sluice:gate" }, (session) =>
    versionsAtGate(session, plan.versions, gate),
  )
}

/** Asked for the two gates that take a shape away, where the configuration names the role of the application in it. */
async function leavingSessions(deps: ActivityDeps, ref: RunRef, request: DecisionRequest): Promise<number | null> {
  const { verb, waitingFor } = request
  if (verb !== "proceed" || (waitingFor !== "contract" && waitingFor !== returnGate)) return null
  const { target, plan } = await targetRunOf(deps, ref)
  const role = waitingFor === "contract" ? plan.versions.roles.old : plan.versions.roles.new
  if (role === null) return null
  return withSession({ url: target.url, applicationName: "sluice:gate" }, (session) => countRoleSessions(session, role))
}

/**
 * The backfill reads its knobs before each batch: that is how a pause reaches a table that is being filled. Before the
 * target knows the run there is nothing to be filled; the workflow itself rests.
 */
async function setPaused(deps: ActivityDeps, ref: RunRef, paused: boolean): Promise<void> {
  const { target } = await targetRunOf(deps, ref)
  await withSession({ url: target.url, applicationName: "sluice:pause" }, async (session) => {
    if (await isRegistered(session, ref.run)) await writeKnobs(session, ref.run, { paused })
  })
}
