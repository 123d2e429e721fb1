import { ApplicationFailure, CancellationScope, condition, log, patched, setHandler } from "@temporalio/workflow"
import { waitNames, type WaitName } from "../src/domain/gate.ts"
import { gateOf } from "../src/domain/judgement.ts"
import { isRepeated, nonceKey, nonceOf } from "../src/domain/nonce.ts"
import { operatorVerbs, type Command, type CommandAnswer, type OperatorVerb, type RunState } from "../src/domain/run.ts"
import type { Activities } from "./activities.ts"
import type { DecisionRequest } from "../activities/types.ts"
import { tellPauseLater } from "./pause.ts"
import type { RunProgress } from "./run-progress.ts"
import { statusOf, show } from "./status.ts"
import { signals, statusQuery, timelineQuery, updates } from "./verbs.ts"

/** Registers the verbs as Updates and signals, and the queries. Call before anything is awaited. */
export function steer(progress: RunProgress, activities: Activities): void {
  setHandler(statusQuery, () => statusOf(progress), { description: "Where the run stands" })
  setHandler(timelineQuery, () => progress.timeline, {
    description: "What happened when, since the last continue-as-new",
  })
  for (const verb of operatorVerbs) {
    // Also once Temporal has cancelled the workflow: an undo that stops then waits for a person like any other.
    const carryOut = (command: Command, by: DecisionRequest["by"]) =>
      CancellationScope.nonCancellable(() =>
        onceRead(progress, () => progress.turns.take(() => decide(progress, activities, verb, command, by))),
      )
    setHandler(updates[verb], (command) => carryOut(command, "update"), {
      validator: (command) => refuseMalformed(verb, command),
      description: descriptions[verb],
    })
    setHandler(
      signals[verb],
      async (command) => {
        try {
          refuseMalformed(verb, command)
          await carryOut(command, "signal")
        } catch (error) {
          // Nobody waits for a signal's answer. What was well-formed stands in the ledger as refused.
          log.warn("signal refused", { verb, reason: error instanceof Error ? error.message : String(error) })
        }
      },
      { description: descriptions[verb] },
    )
  }
}

const descriptions: Record<OperatorVerb, string> = {
  proceed: "Lets the run through the gate that it waits at",
  abort: "Stops at the next safe point and undoes everything",
  undo: "Brings the old shape back, also where purge has begun, and undoes everything",
  pause: "Rests after the current statement or batch",
  resume: "Ends a pause",
  retry: "Tries the stopped step again",
  skip: "Leaves the stopped step out; needs a reason",
}

/** Shape only: whether it is allowed is judged by an activity, so that refusals reach the ledger. */
function refuseMalformed(verb: OperatorVerb, command: Command | undefined): void {
  const problems: string[] = []
  if (typeof command !== "object" || command === null) problems.push("the payload must be an object")
  else {
    if (typeof command.actor !== "string" || command.actor === "") problems.push("`actor` is missing")
    for (const field of ["reason", "nonce", "planHash"] as const) {
      if (command[field] !== undefined && typeof command[field] !== "string") problems.push(`\`${field}\` must be text`)
    }
    if (command.gate !== undefined && !waitNames.includes(command.gate)) {
      problems.push(`\`gate\` must be one of ${waitNames.join(", ")}`)
    }
  }
  if (problems.length > 0) {
    const message = `${verb}: ${problems.join("; ")}`
    throw ApplicationFailure.nonRetryable(message, "UserError", {
      finding: { code: "MALFORMED_DECISION", severity: "error", subject: verb, message },
    })
  }
}

/** A decision waits this long for it to be read where the run stands; later it is refused. */
const readingDeadline = "10s"

/** At once where nothing is being read, without so much as a microtask between: saved histories hold commands so. */
function onceRead<T>(progress: RunProgress, work: () => Promise<T>): Promise<T> {
  const isSettled = (): boolean => progress.standing !== "reading"
  return isSettled() ? work() : condition(isSettled, readingDeadline).then(work)
}

async function decide(
  progress: RunProgress,
  activities: Activities,
  verb: OperatorVerb,
  command: Command,
  by: DecisionRequest["by"],
): Promise<CommandAnswer> {
  if (standsAlready(progress, verb, command)) return answer(progress)
  const request = requestOf(progress, verb, command, by)
  const judged = await activities.decisions.judge(progress.ref, request)
  if (command.nonce !== undefined) {
    progress.remember(nonceKey({ verb, gate: gateOf(request), nonce: command.nonce }))
  }
  carryOut(progress, verb, command, gateOf(request))
  // Histories of earlier versions have no answer: there the target was told, or asked until it was.
  if (judged?.targetKnows === false) tellPauseLater(progress, activities)
  show(progress)
  // What has stopped lets go of its question a moment later.
  return verb === "abort" ? { ...answer(progress), state: "aborting" } : answer(progress)
}

function standsAlready({ nonces }: RunProgress, verb: OperatorVerb, command: Command): boolean {
  const { nonce } = command
  if (nonce === undefined || !nonces.some((key) => nonceOf(key) === nonce)) return false
  const gate = gateOf({ verb, command, waitingFor: null })
  // Earlier versions took any decision with a nonce that they had seen for one that arrived twice.
  return !patched("nonce-of-one-decision") || nonces.includes(nonce) || isRepeated(nonces, { verb, gate, nonce })
}

export function requestOf(
  progress: RunProgress,
  verb: OperatorVerb,
  command: Command,
  by: DecisionRequest["by"],
): DecisionRequest {
  const { state, waitingFor, purging, choice, standing } = progress
  return {
    verb,
    command,
    state,
    waitingFor,
    contracting: progress.gatesPassed.has("contract"),
    purging,
    isRead: standing === "known",
    aborting: progress.aborting !== null,
    paused: progress.paused,
    choices: choice && choice.chosen === null ? choice.verbs : [],
    keepUntil: progress.mayEndKeep ? progress.keepUntil : null,
    stopped: choice && choice.chosen === null ? choice.step : null,
    about: choice && choice.chosen === null ? choice.subject : null,
    by,
    afterwards: stateAfter(progress, verb),
  }
}

/** The state that the run will show once the verb is carried out; null where it shows the same as before. */
function stateAfter(progress: RunProgress, verb: OperatorVerb): DecisionRequest["afterwards"] {
  const { waitingFor, choice } = progress
  const moving: RunState = progress.aborting ? "aborting" : "running"
  if (verb === "abort" || verb === "undo") return { state: "aborting", waitingFor: null }
  // What has stopped stays stopped; the pause tells once somebody has chosen.
  if ((verb === "pause" || verb === "resume") && choice?.chosen === null) return null
  if (verb === "pause") return { state: "paused", waitingFor }
  if (verb === "resume") return { state: waitingFor ? "waiting" : moving, waitingFor }
  return { state: progress.paused ? "paused" : moving, waitingFor: null }
}

/** `gate`: the one that was judged. Keep may have ended meanwhile, or a person has ended it before its gate opened. */
function carryOut(progress: RunProgress, verb: OperatorVerb, command: Command, gate: WaitName | null): void {
  switch (verb) {
    case "proceed":
      if (gate) progress.gatesPassed.add(gate)
      progress.waitingFor = null
      break
    case "abort":
    case "undo":
      progress.aborting = { reason: command.reason ?? "no reason given", actor: command.actor }
      progress.paused = false
      progress.forward.cancel()
      break
    case "pause":
      progress.paused = true
      break
    case "resume":
      progress.paused = false
      break
    case "retry":
    case "skip":
      if (progress.choice) progress.choice.chosen = verb
      break
  }
}

function answer(progress: RunProgress): CommandAnswer {
  return { accepted: true, state: progress.state, phase: progress.phase }
}
