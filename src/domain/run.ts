import type { BackupRecord } from "./backup.ts"
import type { Finding } from "./finding.ts"
import { returnGate, type GateName, type Gates, type WaitName } from "./gate.ts"
import type { Phase } from "./phase.ts"
import type { Strategy } from "./plan.ts"

/** The states of a run, as `status` shows them (interface.md). */
export const runStates = ["running", "waiting", "paused", "aborting", "completed", "aborted", "needs-operator"] as const
export type RunState = (typeof runStates)[number]

/** How a run can end. */
export type RunEnd = "completed" | "aborted"

export function hasEnded(state: RunState): state is RunEnd {
  return state === "completed" || state === "aborted"
}

/** The verbs by which a person steers a run: Updates and signals of the same names. */
export const operatorVerbs = ["proceed", "abort", "undo", "pause", "resume", "retry", "skip"] as const
export type OperatorVerb = (typeof operatorVerbs)[number]

/** The payload of each verb, whether it comes as an Update or as a plain signal. All but `actor` may be left out. */
export interface Command {
  /** Of `proceed`: which gate it is for. Without it: the one that waits. */
  readonly gate?: WaitName
  /** Where given, it must be the running plan's hash (or its first 8 or more digits). */
  readonly planHash?: string
  readonly reason?: string
  readonly actor: string
  /** Makes a decision sent twice count once, across continue-as-new too. */
  readonly nonce?: string
}

/** The answer to a verb. */
export interface CommandAnswer {
  readonly accepted: true
  readonly state: RunState
  readonly phase: Phase
}

export type StepState = "pending" | "running" | "done" | "failed" | "skipped" | "undone"

export interface StepStatus {
  readonly id: string
  readonly phase: Phase
  readonly summary: string
  /** True: it does nothing on the way forward, where `done` means that it was passed. */
  readonly back: boolean
  readonly state: StepState
  readonly attempts: number
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly error: Finding | null
}

/** A blocker's state where it is the server's own cleaning up. It makes way for whoever waits for it long enough. */
export const autovacuum = "autovacuum"
/** This one makes way for nobody, and where it is ended it begins again. */
export const wraparoundVacuum = "autovacuum to prevent wraparound"

/** Nobody's session: it is there, with its locks, until somebody ends it by its name. */
export const preparedTransaction = "prepared transaction"

/** Who is in the way of a lock that we want. */
export interface Blocker {
  readonly pid: number
  readonly relation: string
  readonly user: string | null
  readonly application: string | null
  /** As pg_stat_activity has it; {@link autovacuum}, {@link wraparoundVacuum}, {@link preparedTransaction}. */
  readonly state: string | null
  /** Milliseconds since its transaction began. */
  readonly transactionMs: number | null
  /** Fingerprint-safe: the first words of its statement without literals. */
  readonly query: string | null
}

export interface BackfillProgress {
  readonly table: string
  readonly rowsDone: number
  readonly rowsTotal: number
  readonly rowsPerSecond: number
  readonly etaSeconds: number | null
  /** Why it rests at the moment (`paused`, `replica lag 12 s`), or null. */
  readonly throttledBy: string | null
  /**
   * While others are at work on the server, how long it rests after each batch, in times of what that took; null or left
   * out: it doesn't, or nobody can tell.
   */
  readonly restRatio?: number | null
}

/** So many keys of rows that stand in the way are looked for and kept, for each reason. */
export const mostOffendingKeys = 100

/** Rows that stand in the way, by their keys: row data, for the eyes of whoever asks for the status alone. */
export interface OffendingRows {
  readonly step: string
  readonly code: string
  readonly table: string
  /** At most {@link mostOffendingKeys} for each code; what the keys stood for may have changed since. */
  readonly keys: readonly string[]
}

/** What a run's status tells of its backup; `sluice backup list` knows the rest. */
export type RunBackup = Pick<BackupRecord, "id" | "state" | "createdAt" | "bytes" | "restoreSeconds">

/** Who has decided something about a run, when and why. */
export interface DecidedBy {
  readonly actor: string
  /** ISO 8601. */
  readonly at: string
  readonly reason: string | null
}

/** What `sluice status RUN --json` prints. */
export interface RunStatus {
  readonly run: string
  readonly target: string
  readonly revisions: readonly string[]
  readonly strategy: Strategy
  readonly planHash: string
  readonly workflowId: string
  readonly state: RunState
  readonly phase: Phase
  /** The gate, or another thing, that it waits for; null when it isn't waiting. */
  readonly waitingFor: string | null
  readonly startedAt: string
  readonly updatedAt: string
  readonly endedAt: string | null
  readonly startedBy: string
  readonly steps: readonly StepStatus[]
  /** The latest that was made for it; null: none yet. */
  readonly backup: RunBackup | null
  readonly backfill: BackfillProgress | null
  readonly blockers: readonly Blocker[]
  readonly findings: readonly Finding[]
  /** When what it waits for ends by itself: soak, keep, a gate of mode `{after: …}`. Null or left out: not known. */
  readonly until?: string | null
  /** Who has paused it. Null: it isn't paused; left out: not asked for. */
  readonly paused?: DecidedBy | null
  /** Who has sent it back. Null: it isn't on its way back, or was cancelled through Temporal; left out: not asked for. */
  readonly sentBack?: (DecidedBy & { readonly verb: "abort" | "undo" }) | null
  /** Left out where it wasn't asked for: it is for `status` and `watch`. */
  readonly offendingRows?: readonly OffendingRows[]
  /** Verbs that make sense now, as commands to type. */
  readonly choices: readonly string[]
}

/** True while the run is on its way back: also where that waits for applications, or has stopped. */
export function isUnwinding({
  state,
  waitingFor,
  choices,
}: Pick<RunStatus, "state" | "waitingFor" | "choices">): boolean {
  if (state === "aborting" || waitingFor === returnGate) return true
  return state === "needs-operator" && !choices.some((choice) => /^sluice (abort|undo) /.test(choice))
}

/** What a run's workflow is started with. References only: no SQL, no connection string, no row data. */
export interface RunInput {
  readonly run: string
  readonly target: string
  readonly planHash: string
  readonly strategy: Strategy
  readonly gates: Gates
  readonly soakMs: number
  readonly keepMs: number
  readonly startedBy: string
  /** Continue-as-new once history has this many events (the server's suggestion counts as well). */
  readonly historyBudget: number
  /** How long an activity may be silent before another worker takes over, in milliseconds. */
  readonly heartbeatMs: number
  /** State carried over continue-as-new, or rebuilt from the journal when a lost run is adopted. */
  readonly carried: CarriedState | null
  /** Set when a run whose workflow was lost is taken up again: `continue` goes on, `abort` unwinds. Else null. */
  readonly adopt: "continue" | "abort" | null
}

/** The time after which an open gate passes by itself. */
export interface GateTimer {
  readonly gate: GateName
  /** Epoch milliseconds, counted from when the gate opened; null: it is over, and the gate was refused to it. */
  readonly until: number | null
}

/** What must survive continue-as-new. */
export interface CarriedState {
  /** Steps whose undo is registered, in the order in which they began. */
  readonly begun: readonly string[]
  readonly done: readonly string[]
  readonly skipped: readonly string[]
  readonly gatesPassed: readonly WaitName[]
  /** Phases without steps of their own that are behind us (precheck, plan, backup, soak, keep). */
  readonly phasesDone: readonly Phase[]
  /** How far it has got. Left out by earlier versions. */
  readonly phase?: Phase
  /** True once the contract was done, also where it was undone since. Left out by earlier versions. */
  readonly contracted?: boolean
  /** The gate that it waits at, so that a decision arriving at the edge finds it open. */
  readonly waitingFor: WaitName | null
  /** The last decisions, so that one sent twice counts once: by `nonceKey`; earlier versions left the bare nonces. */
  readonly nonces: readonly string[]
  readonly paused: boolean
  /** When the wait of `keep` ends, in epoch milliseconds; null before it began. */
  readonly keepUntil: number | null
  /** Left out by versions that began the time anew. */
  readonly gateTimer?: GateTimer | null
  readonly aborting: { readonly reason: string; readonly actor: string } | null
}
