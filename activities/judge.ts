import { RefusedError, UserError, type ErrorFinding } from "../src/domain/errors.ts"
import { returnGate, type WaitName } from "../src/domain/gate.ts"
import { endsKeep, gateOf, refusalOf, type JudgedRequest, type LeavingSessions } from "../src/domain/judgement.ts"
import { isAfter } from "../src/domain/phase.ts"
import { hasEnded, type RunStatus } from "../src/domain/run.ts"
import type { StragglersSeen } from "../src/domain/stragglers.ts"
import { boundMeanwhile } from "../src/execution/bound-meanwhile.ts"
import { changedMeanwhile } from "../src/execution/changed-meanwhile.ts"
import { brokenDualWrite } from "../src/execution/dual-write.ts"
import { openWayBack } from "../src/execution/journal.ts"
import { wentBack } from "../src/execution/went-back.ts"
import { deadlineOf } from "../src/ledger/deadline.ts"
import { recordDecision } from "../src/ledger/decisions.ts"
import { saveEvidence } from "../src/ledger/evidence.ts"
import { gateEvidence } from "../src/ledger/gate-evidence.ts"
import type { Place } from "../src/ledger/place.ts"
import { loadPlan } from "../src/ledger/plans.ts"
import { loadRun, setRunState, stepEnded } from "../src/ledger/runs.ts"
import { findRoleSessions } from "../src/postgres/role-sessions.ts"
import { noWayBack, withoutWayBack } from "../src/recovery/way-back.ts"
import type { ActivityDeps } from "./deps.ts"
import { recordSight, rolesInUse } from "./gate-sight.ts"
import { tellPause } from "./pause.ts"
import { lookForStragglers } from "./stragglers.ts"
import { onTheWayForward, targetRunOf } from "./target-run.ts"
import type { DecisionRequest, Judged, RunRef } from "./types.ts"
import { withinReach } from "./within-reach.ts"

/**
 * Judges a decision by what is in view, and writes the verdict to the ledger. The target is asked for some seconds at
 * most: where a decision can't be judged without it, that is the refusal.
 */
export async function judge(deps: ActivityDeps, ref: RunRef, request: DecisionRequest, place: Place): Promise<Judged> {
  const { command, verb } = request
  const { refusal, gate, evidenceHash } = await verdictOn(deps, ref, request, place)
  const targetKnows = refusal !== null || (await isTold(deps, ref, verb, place))
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
  if (request.afterwards === null) return { targetKnows }
  const { phase } = ref
  await setRunState(deps.control, ref, { ...request.afterwards, phase, findings: [], actor: command.actor, place })
  return { targetKnows }
}

interface Verdict {
  readonly refusal: ErrorFinding | null
  readonly gate: WaitName | null
  readonly evidenceHash: string | null
}

async function verdictOn(deps: ActivityDeps, ref: RunRef, request: DecisionRequest, place: Place): Promise<Verdict> {
  const { verb, by } = request
  const gate = gateOf(request)
  try {
    const leadsBack = verb === "abort" || verb === "undo"
    const judged = await refusalFor(deps, ref, request, place)
    const refusal =
      judged.refusal ??
      (leadsBack ? await wayBackRefusal(deps, ref, request) : await changedRefusal(deps, ref, request))
    const evidenceHash =
      gate === null || refusal !== null
        ? null
        : await evidenceAt(deps, ref, {
            gate,
            opensNow: by === "gate mode" || endsKeep({ ...request, phase: ref.phase }),
            stragglers: judged.stragglers,
          })
    return { refusal, gate, evidenceHash }
  } catch (error) {
    // A gate that passes by itself isn't refused for that: it asks again.
    if (!isNoWayIn(error) || by === "gate mode") throw error
    return { refusal: error.finding, gate, evidenceHash: null }
  }
}

/** Who is still there is asked only where nothing else stands in the way. */
async function refusalFor(
  deps: ActivityDeps,
  ref: RunRef,
  request: DecisionRequest,
  place: Place,
): Promise<{ readonly refusal: ErrorFinding | null; readonly stragglers: StragglersSeen | null }> {
  const status = await loadRun(deps.control, ref.run)
  const alone: JudgedRequest = {
    ...request,
    hasEnded: hasEnded(status.state),
    soakUntil: request.verb === "proceed" && ref.phase === "soak" ? await soakUntil(deps, status) : null,
    run: ref.run,
    planHash: ref.planHash,
    phase: ref.phase,
    // A gate that passes by itself never waited: it is judged as if it did.
    state: request.by === "gate mode" ? "waiting" : request.state,
    leavingSessions: null,
    stragglers: null,
  }
  const refusal = refusalOf(alone)
  if (refusal !== null) return { refusal, stragglers: null }
  const sessions = await leavingSessions(deps, ref, request)
  // Also where sessions are seen: the next `proceed` then counts only what has run since this one.
  const stragglers = await stragglersOf(deps, ref, request, place)
  return { refusal: refusalOf({ ...alone, leavingSessions: sessions, stragglers }), stragglers }
}

async function soakUntil({ control }: ActivityDeps, status: RunStatus): Promise<number | null> {
  const until = await deadlineOf(control, status, await loadPlan(control, status.planHash))
  return until === null ? null : Date.parse(until)
}

/**
 * From contract on other runs may have built on the relations. Where none has, the lease is taken back at once: none may
 * begin between the decision and the first undo.
 */
async function wayBackRefusal(
  deps: ActivityDeps,
  ref: RunRef,
  { verb, contracting }: DecisionRequest,
): Promise<ErrorFinding | null> {
  // The phase shows where the workflow is at work, which isn't behind the contract when it was taken up only now.
  if (!(contracting ?? isAfter(ref.phase, "soak"))) return null
  const run = await targetRunOf(deps, ref)
  if (verb === "undo") {
    const { steps, state } = await loadRun(deps.control, ref.run)
    const stuck = noWayBack({ run: ref.run, state }, withoutWayBack(run.plan, steps))
    if (stuck) return stuck
  }
  return withinReach(run.target, "sluice:lease", (session) => openWayBack(session, run))
}

/**
 * Behind a gate somebody relies on what was done before it, and it may have waited for days: from switch on the new
 * application reads what dual write keeps equal, and contract relies on the plan knowing what stands on the columns that
 * it hides. Where the target is away it isn't known; the steps behind the gate ask once more.
 */
async function changedRefusal(deps: ActivityDeps, ref: RunRef, request: DecisionRequest): Promise<ErrorFinding | null> {
  const { verb, state, waitingFor, by } = request
  if (verb !== "proceed" || waitingFor === returnGate) return null
  if (state !== "waiting" && by !== "gate mode" && !endsKeep({ ...request, phase: ref.phase })) return null
  const run = await onTheWayForward(deps, ref)
  try {
    return await withinReach(run.target, "sluice:gate", async (session) => {
      const again = `sluice proceed ${run.run} --gate ${waitingFor}`
      const lost = await wentBack(session, run)
      if (lost !== null || (waitingFor !== "switch" && waitingFor !== "contract")) return lost
      const broken = await brokenDualWrite(session, run, { subject: waitingFor, again })
      if (broken !== null || waitingFor === "switch") return broken
      return (await boundMeanwhile(session, run, again)) ?? changedMeanwhile(session, run, again)
    })
  } catch (error) {
    if (isNoWayIn(error)) return null
    throw error
  }
}

/** What was in view. A gate that passes by itself, or that ends keep, opens at this moment; any other was opened before. */
async function evidenceAt(
  deps: ActivityDeps,
  ref: RunRef,
  { gate, opensNow, stragglers }: { gate: WaitName; opensNow: boolean; stragglers: StragglersSeen | null },
): Promise<string> {
  if (opensNow) return (await recordSight(deps, ref, gate, withinReach, stragglers)).evidenceHash
  const roles = await rolesInUse(deps, ref, gate, withinReach)
  const content = await gateEvidence(deps.control, ref.run, gate, roles, stragglers)
  return saveEvidence(deps.control, { plan: ref.planHash, run: ref.run, kind: `gate/${gate}`, content })
}

/** Asked for the two gates that take a shape away, where the configuration names the role of the application in it. */
async function leavingSessions(
  deps: ActivityDeps,
  ref: RunRef,
  request: DecisionRequest,
): Promise<LeavingSessions | null> {
  const { verb, waitingFor } = request
  if (verb !== "proceed" || (waitingFor !== "contract" && waitingFor !== returnGate)) return null
  const { target, plan } = await targetRunOf(deps, ref)
  const role = waitingFor === "contract" ? plan.versions.roles.old : plan.versions.roles.new
  if (role === null) return null
  const found = await withinReach(target, "sluice:gate", (session) => findRoleSessions(session, role))
  return { role, ...found }
}

/** The old application by its statements, whatever its role: at the gate that takes its shape away. */
async function stragglersOf(
  deps: ActivityDeps,
  ref: RunRef,
  { verb, waitingFor }: DecisionRequest,
  { decidedAt }: Place,
): Promise<StragglersSeen | null> {
  if (verb !== "proceed" || waitingFor !== "contract") return null
  return lookForStragglers(deps, ref, decidedAt, withinReach)
}

/** A pause is the run's own: where the target can't be told at once, it is told as soon as it answers. */
async function isTold(deps: ActivityDeps, ref: RunRef, verb: DecisionRequest["verb"], place: Place): Promise<boolean> {
  if (verb !== "pause" && verb !== "resume") return true
  const run = await targetRunOf(deps, ref)
  try {
    await withinReach(run.target, "sluice:pause", (session) => tellPause(session, run, verb === "pause", place))
    return true
  } catch (error) {
    if (isNoWayIn(error)) return false
    throw error
  }
}

/** The target is away, or there and doesn't let us in or do it: somebody has to see to that, and that is the answer. */
function isNoWayIn(error: unknown): error is RefusedError | UserError {
  return error instanceof RefusedError || error instanceof UserError
}
