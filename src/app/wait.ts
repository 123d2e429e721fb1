import { setTimeout as sleep } from "node:timers/promises"
import { TransientError } from "../domain/errors.ts"
import { formatDuration } from "../domain/duration.ts"
import type { Finding } from "../domain/finding.ts"
import { hasEnded, type RunStatus } from "../domain/run.ts"
import { loadRun } from "../ledger/run-status.ts"
import type { App } from "./context.ts"
import { goalOf, hasReached, type Goal } from "./goal.ts"
import { findRun } from "./runs.ts"
import { orphanedFinding } from "./status.ts"
import { whyOrphaned } from "./workflow-state.ts"

export interface WaitRequest {
  readonly run: string
  /** A gate, a phase, or `end`. */
  readonly for: string
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null
}

const pollMs = 250
/** A `retry` that was just accepted may not have reached the control database yet, or its workflow Temporal. */
const needsOperatorGraceMs = 3000
/** Whether the run still has its workflow is asked less often than where it stands. */
const askEveryMs = 4000
const askDeadlineMs = 1500

/** Polls the control database until the run is there. Throws where it ended otherwise, needs a person, or time is up. */
export async function wait(app: App, request: WaitRequest): Promise<RunStatus> {
  const goal = goalOf(request.for)
  const { run } = await findRun(app, request.run)
  const control = await app.control()
  const until = request.timeoutMs === null ? Number.POSITIVE_INFINITY : Date.now() + request.timeoutMs
  let stoppedSince: number | null = null
  let lostSince: number | null = null
  let asked = Date.now()
  for (;;) {
    const status = await loadPatiently(() => loadRun(control, run), until)
    if (isLeftBehind(status)) throw leftBehind(status)
    if (hasReached(status, goal)) return status
    if (hasEnded(status.state)) throw endedOtherwise(status, goal)
    stoppedSince = status.state === "needs-operator" ? (stoppedSince ?? Date.now()) : null
    if (stoppedSince !== null && Date.now() - stoppedSince > needsOperatorGraceMs) throw needsOperator(status)
    if (Date.now() - asked > askEveryMs) {
      const why = await whyOrphaned(app.temporal(), () => loadRun(control, run), askDeadlineMs)
      asked = Date.now()
      lostSince = why === null ? null : (lostSince ?? asked)
      if (why !== null && lostSince !== null && asked - lostSince > needsOperatorGraceMs) throw lost(run, why)
    }
    if (Date.now() >= until) throw timedOut(status, goal, request.timeoutMs ?? 0)
    await sleep(Math.min(pollMs, Math.max(1, until - Date.now())))
  }
}

/** The control database may be away for a moment; that is no reason to stop waiting. */
async function loadPatiently(load: () => Promise<RunStatus>, until: number): Promise<RunStatus> {
  for (;;) {
    try {
      return await load()
    } catch (error) {
      if (!(error instanceof TransientError) || Date.now() >= until) throw error
      await sleep(1000)
    }
  }
}

/** An abort that could not take everything back is not the end that anybody waits for. */
function isLeftBehind({ state, findings }: RunStatus): boolean {
  return state === "aborted" && findings.some(({ code }) => code === "LEFT_BEHIND")
}

function leftBehind({ run, findings }: RunStatus): TransientError {
  const steps = findings.filter(({ code }) => code === "LEFT_BEHIND").map(({ subject }) => subject)
  return new TransientError({
    code: "LEFT_BEHIND",
    subject: run,
    message: `the run was aborted, but not everything was undone: ${steps.join(", ")}`,
    hint: `sluice status ${run} says what is still there; take it back by hand`,
  })
}

function endedOtherwise(status: RunStatus, goal: Goal): TransientError {
  return new TransientError({
    code: "WAIT_ENDED",
    subject: status.run,
    message: `the run ended (${status.state}) without reaching ${goal}`,
    hint: `sluice audit show ${status.run} tells why`,
  })
}

function lost(run: string, why: string): TransientError {
  return new TransientError(orphanedFinding(run, why))
}

function needsOperator(status: RunStatus): TransientError {
  const finding = whyStopped(status)
  const message = `the run stopped and needs a person${finding ? `: ${finding.message}` : ""}`
  // The keys of rows in the way stand in the status alone.
  const hints = [finding?.hint, `sluice status ${status.run}`, ...status.choices]
  const hint = hints.flatMap((each) => each?.replace(/\.$/, "") ?? []).join("; ")
  return new TransientError({ code: "NEEDS_OPERATOR", subject: status.run, message, hint })
}

/** A warning that stands there as well stopped nothing. */
function whyStopped({ findings, steps }: RunStatus): Finding | undefined {
  const failed = steps.find(({ state }) => state === "failed")?.error ?? undefined
  return findings.find(({ severity }) => severity === "error") ?? failed ?? findings[0]
}

function timedOut(status: RunStatus, goal: Goal, timeoutMs: number): TransientError {
  const where = status.waitingFor ? `waits for ${status.waitingFor}` : `is ${status.state} in ${status.phase}`
  return new TransientError({
    code: "WAIT_TIMEOUT",
    subject: status.run,
    message: `${goal} was not reached within ${formatDuration(timeoutMs)}: the run ${where}`,
    hint: (status.waitingFor !== null && status.choices[0]) || `sluice watch ${status.run}`,
  })
}
