import type { ErrorFinding } from "./errors.ts"
import { firstFew } from "./first-few.ts"
import { gateNames, returnGate, type GateName, type WaitName } from "./gate.ts"
import { isAfter, type Phase } from "./phase.ts"
import type { Command, OperatorVerb, RunState } from "./run.ts"
import { stragglerRefusal } from "./straggler-findings.ts"
import type { StragglersSeen } from "./stragglers.ts"
import { utc } from "./utc.ts"

/** Who is still connected by the role of an application that has to be gone. */
export interface LeavingSessions {
  readonly role: string
  readonly sessions: number
  /** As the sessions call themselves. */
  readonly applications: readonly string[]
}

/** What a verb is judged by. */
export interface JudgedRequest {
  readonly verb: OperatorVerb
  readonly command: Command
  readonly run: string
  readonly planHash: string
  /** True once the run is over: a workflow that was reset from outside may still take decisions. */
  readonly hasEnded: boolean
  readonly state: RunState
  readonly phase: Phase
  /** When keep ends by itself, in epoch milliseconds; null before it, not told where the workflow can't end it earlier. */
  readonly keepUntil?: number | null
  /** When a soak that is under way is over, in epoch milliseconds; null or not told: it isn't known. */
  readonly soakUntil?: number | null
  /** False while the run was taken up and hasn't read yet where it stands; not told: true. */
  readonly isRead?: boolean
  readonly waitingFor: string | null
  /** True once the purge gate has been passed. */
  readonly purging: boolean
  /** True from the moment an abort was accepted: also while an undo has stopped as `needs-operator`. */
  readonly aborting: boolean
  /** True between `pause` and `resume`, whatever the state. */
  readonly paused: boolean
  /** What a stopped step lets an operator choose from. */
  readonly choices: readonly OperatorVerb[]
  /**
   * Sessions of the application that has to be gone, the old one's at contract, the new one's on the way back; null
   * where nobody can tell or nobody asked.
   */
  readonly leavingSessions: LeavingSessions | null
  /** What has run in the shape that contract takes away; null where nobody asked, or it can't be told by statements. */
  readonly stragglers: StragglersSeen | null
}

/** The gate that a decision is about: the one that it names, or the one that waits. */
export function gateOf({
  verb,
  command,
  waitingFor,
}: Pick<JudgedRequest, "verb" | "command" | "waitingFor">): WaitName | null {
  return verb === "proceed" ? (command.gate ?? (waitingFor as WaitName | null)) : null
}

/**
 * True where a person ends keep before its time, by passing the gate behind it. Only where that gate is named: in keep
 * none waits that could be meant.
 */
export function endsKeep(
  request: Pick<JudgedRequest, "verb" | "command" | "phase" | "keepUntil" | "aborting">,
): boolean {
  const { verb, command, phase, keepUntil, aborting } = request
  return (
    verb === "proceed" && command.gate === "purge" && phase === "keep" && !aborting && typeof keepUntil === "number"
  )
}

/** The shortest prefix of a plan's hash that is taken for it. */
const shortestHash = 8

/** Why the verb is refused, or null where it may be carried out. */
export function refusalOf(request: JudgedRequest): ErrorFinding | null {
  const { command, planHash } = request
  if (request.hasEnded) return endedRefusal(request.run)
  if (command.planHash !== undefined && !isHashOf(command.planHash, planHash)) {
    return refusal(
      request,
      "PLAN_HASH_MISMATCH",
      `The decision is for plan ${command.planHash}, this run's is ${planHash.slice(0, 12)}.`,
      `Look at the plan again: sluice status ${request.run}`,
    )
  }
  // What was done, and so what a decision would do, isn't known: an abort would have nothing to undo.
  if (request.isRead === false)
    return refusal(
      request,
      "STILL_READING",
      "The run was taken up again and hasn't read yet how far it had got.",
      `Nothing is done meanwhile. Send it again once the target can be reached: sluice doctor`,
    )
  switch (request.verb) {
    case "proceed":
      return proceedRefusal(request)
    case "abort":
      if (request.aborting)
        return refusal(request, "ALREADY_ABORTING", "The run is unwinding already.", unwindingHint(request))
      if (request.purging)
        return refusal(
          request,
          "PURGED",
          "What was hidden is being dropped or is gone, so an abort can't bring it back.",
          `From here on \`sluice undo ${request.run}\` does, from the archive that the purge writes first.`,
        )
      return null
    case "undo":
      if (request.aborting)
        return refusal(request, "ALREADY_ABORTING", "The run is unwinding already.", unwindingHint(request))
      if (!isAfter(request.phase, "contract"))
        return refusal(
          request,
          "UNDO_TOO_EARLY",
          `The old shape isn't hidden yet: the run is at ${request.phase}.`,
          `sluice abort ${request.run} undoes what was done`,
        )
      // Its workflow is about to end, and would take the decision with it.
      if (request.phase === "complete")
        return refusal(request, "RUN_ENDED", "The run is completing at this moment.", `sluice undo ${request.run}`)
      return null
    case "pause":
      if (request.aborting)
        return refusal(request, "ALREADY_ABORTING", "An unwinding run can't be paused.", unwindingHint(request))
      return null
    case "resume":
      if (!request.paused) return refusal(request, "NOT_PAUSED", `The run isn't paused but ${request.state}.`)
      return null
    case "retry":
    case "skip":
      return choiceRefusal(request)
  }
}

export function endedRefusal(run: string): ErrorFinding {
  return { code: "RUN_ENDED", subject: run, message: "The run has ended.", hint: `sluice status ${run}` }
}

function proceedRefusal(request: JudgedRequest): ErrorFinding | null {
  const { command, state, run } = request
  if (state === "paused") return refusal(request, "RUN_PAUSED", "The run is paused.", `sluice resume ${run}`)
  const open = openGateOf(request)
  if (open === null || (command.gate !== undefined && command.gate !== open)) {
    const asked = command.gate === undefined ? "The gate" : `Gate ${command.gate}`
    const what = open === null ? standingOf(request) : `the run waits at ${open}`
    return refusal(request, "GATE_NOT_OPEN", `${asked} isn't open: ${what}.`, gateHint(request, open))
  }
  return stillUsedRefusal(request, open as WaitName)
}

function openGateOf(request: JudgedRequest): string | null {
  if (request.state === "waiting") return request.waitingFor
  return request.state === "running" && !request.purging && endsKeep(request) ? "purge" : null
}

/** What the run does where it waits at no gate. */
function standingOf({ state, phase, keepUntil, soakUntil, aborting }: JudgedRequest): string {
  if (state !== "running" || aborting) return `the run is ${state}`
  if (phase === "keep") return `the run keeps what it hid${until(keepUntil)}`
  if (phase === "soak") return `the run soaks${until(soakUntil)}`
  return `the run is ${state}`
}

function until(time: number | null | undefined): string {
  return typeof time === "number" ? ` until ${utc(time)}` : ""
}

/** The two gates that take a shape away hold while somebody who uses it is seen. */
function stillUsedRefusal(request: JudgedRequest, open: WaitName): ErrorFinding | null {
  const seen = request.leavingSessions
  const isSeen = seen !== null && seen.sessions > 0
  if (open === "contract" && isSeen)
    return refusal(
      request,
      "OLD_APPLICATION_SEEN",
      `${sessionsOf(seen)} of the old application's role ${roleOf(seen)} still connected.`,
      "Take the old application out, then proceed; or abort.",
    )
  if (open === returnGate && isSeen)
    return refusal(
      request,
      "NEW_APPLICATION_SEEN",
      `${sessionsOf(seen)} of the new application's role ${roleOf(seen)} still connected.`,
      "Both shapes are there: bring the old application back, take the new one out, then proceed.",
    )
  return request.stragglers === null ? null : stragglerRefusal(request.run, request.stragglers)
}

function sessionsOf({ sessions }: LeavingSessions): string {
  return sessions === 1 ? "1 session" : `${sessions} sessions`
}

const mostNamed = 5

function roleOf({ role, sessions, applications }: LeavingSessions): string {
  const names = applications.length === 0 ? "" : ` (application_name ${firstFew(applications, mostNamed)})`
  return `${role}${names} ${sessions === 1 ? "is" : "are"}`
}

/** Waiting for a gate helps only where the run is on its way there. */
function gateHint(request: JudgedRequest, open: string | null): string {
  const { run, state, phase, aborting, choices, command } = request
  if (aborting) return `It unwinds, where only ${returnGate} opens: ${unwindingHint(request)}`
  if (isGate(command.gate) && isAfter(phase, command.gate)) return `It was passed already: sluice status ${run}`
  if (isGate(open) && isGate(command.gate))
    return `Let it through the one before first: sluice proceed ${run} --gate ${open}`
  if (state === "needs-operator")
    return choices.map((verb) => `sluice ${verb} ${run}`).join("; ") || `sluice status ${run}`
  if (endsKeep({ ...request, command: { ...command, gate: "purge" } }) && !request.purging)
    return `\`sluice proceed ${run} --gate purge\` ends keep now; \`sluice wait ${run} --for purge\` waits for its end.`
  const wait = `sluice wait ${run} --for ${command.gate ?? open ?? (phase === "soak" ? "contract" : "end")}`
  return phase === "soak" ? `A soak can't be cut short: ${wait}` : wait
}

/** What there is to do while the run is on its way back. */
function unwindingHint({ run, state, waitingFor, choices }: JudgedRequest): string {
  if (state === "needs-operator" && choices.length > 0) return choices.map((verb) => `sluice ${verb} ${run}`).join("; ")
  return waitingFor === returnGate ? `sluice proceed ${run} --gate ${returnGate}` : `sluice watch ${run}`
}

function isGate(name: string | null | undefined): name is GateName {
  return gateNames.includes(name as GateName)
}

function choiceRefusal(request: JudgedRequest): ErrorFinding | null {
  const { verb, choices, state, command } = request
  if (state !== "needs-operator")
    return refusal(request, "NOTHING_STOPPED", `No step waits for a choice: the run is ${state}.`)
  if (!choices.includes(verb))
    return refusal(request, "NOT_A_CHOICE", `This step can't be left out: the choices are ${choices.join(", ")}.`)
  if (verb === "skip" && !command.reason?.trim())
    return refusal(
      request,
      "REASON_MISSING",
      "Leaving a step out needs a reason.",
      `sluice skip ${request.run} --reason "…"`,
    )
  return null
}

function isHashOf(given: string, hash: string): boolean {
  return given.length >= shortestHash && hash.startsWith(given)
}

function refusal(request: JudgedRequest, code: string, message: string, hint?: string): ErrorFinding {
  return { code, subject: request.run, message, ...(hint === undefined ? {} : { hint }) }
}
