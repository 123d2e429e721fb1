import type { Finding } from "../domain/finding.ts"
import { returnGate } from "../domain/gate.ts"
import type { Phase } from "../domain/phase.ts"
import { hasEnded, type OperatorVerb, type RunEnd, type RunState } from "../domain/run.ts"
import { Ledger, type Append } from "./chain.ts"
import type { Control, Transaction } from "./control.ts"
import { onceOf } from "./decisions.ts"
import { clockTolerance, notAhead, type Place } from "./place.ts"
import { unknownRun } from "./run-status.ts"

export interface StateChange {
  readonly state: RunState
  readonly phase: Phase
  readonly waitingFor: string | null
  readonly findings: readonly Finding[]
  /** What an operator may choose from, where something has stopped; the workflow knows. */
  readonly choices?: readonly OperatorVerb[]
  /** Who brought it about. Default `sluice`. */
  readonly actor?: string
  /** Of an attempt that tells it; what a person's command tells always counts. */
  readonly place?: Place
}

/**
 * The run's state for `status`, and, where state, phase or what it waits for differ from before, an entry in the
 * ledger. The same change told twice is one entry; one that comes later than what was decided after it is none. A run
 * that has ended stays ended.
 */
export async function setRunState(control: Control, ref: { readonly run: string }, change: StateChange): Promise<void> {
  const { state, phase, waitingFor, actor = "sluice" } = change
  await new Ledger(control).within(async (tx, append) => {
    const before = await readState(tx, ref.run)
    if (hasEnded(before.state) || isOvertaken(change, before)) return
    await writeState(tx, ref.run, change)
    if (before.state === state && before.phase === phase && before.waitingFor === waitingFor) return
    const codes = change.findings.map((finding) => finding.code)
    await append({ actor, kind: "run.state", run: ref.run, detail: { state, phase, waitingFor, findings: codes } })
  })
}

function isOvertaken({ place, state, waitingFor }: StateChange, before: StateRow): boolean {
  if (place === undefined) return false
  if (place.decidedAt < before.toldAt - clockTolerance) return true
  // An attempt on the way forward that was cut short by an abort may still be telling, within the clocks' tolerance.
  return before.state === "aborting" && ahead.has(state) && waitingFor !== returnGate
}

/** States of a run on its way forward. An abort is never taken back by what an attempt tells. */
const ahead: ReadonlySet<RunState> = new Set(["running", "waiting", "paused"])

/** What precheck found, for `status`. */
export async function setFindings(control: Control, run: string, findings: readonly Finding[]): Promise<void> {
  await control.query("UPDATE sluice_control.run SET findings = $2, updated_at = clock_timestamp() WHERE run = $1", [
    run,
    JSON.stringify(findings),
  ])
}

/** The last word on a run; said again, nothing changes. */
export async function finishRun(
  control: Control,
  ref: { readonly run: string },
  outcome: {
    readonly state: RunEnd
    readonly reason: string | null
    /** What an aborted run has not taken back, a finding for each step. */
    readonly leftBehind?: readonly Finding[]
    /** What a person should know of a run that has completed. */
    readonly warnings?: readonly Finding[]
    readonly actor?: string
  },
): Promise<void> {
  const { state, reason, leftBehind = [], warnings = [], actor = "sluice" } = outcome
  await new Ledger(control).within(async (tx, append) => {
    const before = await readState(tx, ref.run)
    if (hasEnded(before.state)) return
    const phase = state === "completed" ? "complete" : before.phase
    const findings = [...leftBehind, ...warnings, ...before.findings]
    await writeState(tx, ref.run, { state, phase, waitingFor: null, findings })
    const left = leftBehind.length === 0 ? {} : { leftBehind: leftBehind.map(({ subject }) => subject) }
    await append({ actor, kind: "run.ended", run: ref.run, detail: { state, phase, reason, ...left } })
  })
}

export interface Reopening {
  readonly run: string
  readonly planHash: string
  readonly actor: string
  readonly reason: string | null
  readonly nonce: string | null
}

/**
 * A run that has completed is to be undone: the decision, and the state that follows from it, in one. Sent again with
 * the same nonce it counts once. Answers the phase from which it goes back.
 */
export async function reopenRun(control: Control, reopening: Reopening): Promise<Phase> {
  const { run, planHash, actor, reason, nonce } = reopening
  return new Ledger(control).within(async (tx, append) => {
    const { state, phase } = await readState(tx, run)
    if (state !== "completed") return phase
    const decision = { planHash, verb: "undo", gate: null, evidenceHash: null, reason, by: "command line", nonce }
    const once = nonce === null ? undefined : onceOf(run, { verb: "undo", gate: null, nonce })
    await append({ actor, kind: "decision.accepted", run, detail: decision }, once)
    await goOn(tx, append, { run, actor, state: "aborting", phase })
    return phase
  })
}

export interface TakingUp {
  readonly run: string
  readonly planHash: string
  readonly actor: string
  /** `retry`: on to its end once more. */
  readonly verb: "abort" | "retry"
  readonly reason: string | null
  /** What has become of it, for the ledger. */
  readonly lost: string
  /** The steps that the target has as done. */
  readonly done: readonly string[]
}

/**
 * A run that has ended is taken up again, because the target was restored to where it hadn't: its steps then stand as
 * they do there. Answers the phase that it was in.
 */
export async function takeUpAgain(control: Control, { run, done, ...detail }: TakingUp): Promise<Phase> {
  const { actor, ...adopted } = detail
  return new Ledger(control).within(async (tx, append) => {
    const { state: before, phase } = await readState(tx, run)
    if (!hasEnded(before)) return phase
    const state = adopted.verb === "abort" ? "aborting" : "running"
    await append({ actor, kind: "run.adopted", run, detail: adopted })
    await tx.query(
      `UPDATE sluice_control.step
          SET state = CASE WHEN step = ANY ($2) THEN 'done' ELSE 'pending' END, error = NULL
        WHERE run = $1 AND state <> 'skipped'`,
      [run, done],
    )
    await goOn(tx, append, { run, actor, state, phase })
    return phase
  })
}

/** A run that had ended is at work again. */
async function goOn(
  tx: Transaction,
  append: Append,
  { run, actor, state, phase }: Pick<StateRow, "state" | "phase"> & { readonly run: string; readonly actor: string },
): Promise<void> {
  const change = { state, phase, waitingFor: null, findings: [] }
  await writeState(tx, run, change)
  await append({ actor, kind: "run.state", run, detail: change })
}

interface StateRow {
  readonly state: RunState
  readonly phase: Phase
  readonly waitingFor: string | null
  readonly findings: readonly Finding[]
  readonly toldAt: number
}

async function readState(tx: Transaction, run: string): Promise<StateRow> {
  const [row] = await tx.query<StateRow>(
    `SELECT state, phase, waiting_for AS "waitingFor", findings, (${notAhead("told_at")})::float8 AS "toldAt" FROM sluice_control.run WHERE run = $1 FOR UPDATE`,
    [run],
  )
  if (!row) throw unknownRun(run)
  return row
}

/** What stood in the way, and the backfill's progress, are gone with the run's end. */
async function writeState(tx: Transaction, run: string, change: StateChange): Promise<void> {
  const { state, phase, waitingFor, findings, choices = [], place } = change
  const ended = hasEnded(state)
  await tx.query(
    `UPDATE sluice_control.run
        SET state = $2, phase = $3, waiting_for = $4, findings = $5, choices = $7,
            told_at = greatest(${notAhead("told_at")}, ${notAhead("$8::bigint")}), updated_at = clock_timestamp(),
            ended_at = CASE WHEN $6 THEN clock_timestamp() END,
            progress = CASE WHEN $6 THEN NULL ELSE progress END,
            blockers = CASE WHEN $6 THEN '[]' ELSE blockers END
      WHERE run = $1`,
    [run, state, phase, waitingFor, JSON.stringify(findings), ended, JSON.stringify(choices), place?.decidedAt ?? null],
  )
}
