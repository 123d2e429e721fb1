import type { Finding } from "../src/domain/finding.ts"
import type { WaitName } from "../src/domain/gate.ts"
import type { Phase } from "../src/domain/phase.ts"
import type { PlanOutline } from "../src/domain/plan.ts"
import type { CarriedState, Command, OperatorVerb, RunEnd, RunState } from "../src/domain/run.ts"

/** Which run an activity works for, and in which phase the run then is: the first word of every input. */
export interface RunRef {
  readonly run: string
  readonly target: string
  readonly planHash: string
  readonly phase: Phase
}

/** planning.ts */
export interface PlanningActivities {
  /** Is everything there that the run will need? Throws with all findings where not; answers the warnings. */
  precheck(ref: RunRef): Promise<{ readonly warnings: number }>
  /** Compiles again, compares with the stored plan (DRIFT), registers the run in the journal, answers the outline. */
  preparePlan(ref: RunRef): Promise<PlanOutline>
  /** Reads the journal: what a run whose workflow was lost has behind it. */
  assessJournal(ref: RunRef): Promise<CarriedState>
}

/** backup.ts */
export interface BackupActivities {
  /** Dump, restore into a scratch database, compare, register. Answers a reference, never data. */
  createBackup(
    ref: RunRef,
  ): Promise<{ readonly backup: string; readonly sha256: string; readonly restoreSeconds: number }>
}

/** steps.ts: one activity per kind of step, so that each has its own proxy with its own timeouts. */
export interface StepActivities {
  performStep(ref: RunRef, step: string): Promise<StepResult>
  undoStep(ref: RunRef, step: string): Promise<StepUndone>
  /** For a step whose undo fills a table. */
  undoBackfill(ref: RunRef, step: string): Promise<StepResult & { readonly rows: number }>
  runBackfill(ref: RunRef, step: string): Promise<StepResult & { readonly rows: number }>
  runVerify(ref: RunRef, step: string): Promise<StepResult & { readonly rows: number }>
}

export interface StepResult {
  /** `observed`: it was so already, nothing was run. */
  readonly outcome: "done" | "observed"
}

export interface StepUndone extends StepResult {
  /** Whether the step had ever been done; told of what takes the old shape alone, and not by earlier versions. */
  readonly wasDone?: boolean
}

/** decisions.ts */
export interface DecisionActivities {
  /**
   * Gathers the evidence for the gate, records that it waits, or is paused at it, answers the evidence's hash. Throws
   * RefusedError TARGET_UNREACHABLE at a gate of the way there; that of the way back waits for the target.
   */
  openGate(ref: RunRef, gate: WaitName, state?: "waiting" | "paused"): Promise<{ readonly evidenceHash: string }>
  /**
   * Judges a verb against the run as the workflow sees it, records it (accepted or refused) in the ledger, and
   * throws RefusedError where it is refused. Answers within seconds, whether or not the target can be reached.
   */
  judge(ref: RunRef, request: DecisionRequest): Promise<Judged>
  /** Tells the target whether the run is paused, however long that takes. */
  tellPause(ref: RunRef, paused: boolean): Promise<void>
}

export interface Judged {
  /** False where the target couldn't be told of a pause or its end: it has to be told yet. */
  readonly targetKnows: boolean
}

export interface DecisionRequest {
  readonly verb: OperatorVerb
  readonly command: Command
  readonly state: RunState
  readonly waitingFor: string | null
  /** True once the contract gate has been passed. Missing in histories of earlier versions. */
  readonly contracting?: boolean
  /** True once the purge gate has been passed. */
  readonly purging: boolean
  /** False while the run was taken up and hasn't read yet where it stands. Missing in histories of earlier versions. */
  readonly isRead?: boolean
  /** True from the moment an abort was accepted, whatever the state since. */
  readonly aborting: boolean
  /** True between `pause` and `resume`, whatever the state. */
  readonly paused: boolean
  /** The state that the run has once the verb is carried out, for `status`; null: the same as before. */
  readonly afterwards: { readonly state: RunState; readonly waitingFor: string | null } | null
  /** What a stopped step lets an operator choose from; empty where none has stopped. */
  readonly choices: readonly OperatorVerb[]
  /** When keep ends by itself, in epoch milliseconds; null before it. Missing where the workflow can't end it earlier. */
  readonly keepUntil?: number | null
  /** The step that has stopped, where it is one's doing and not its undo; null elsewhere. */
  readonly stopped: string | null
  /** What has stopped, in words for the ledger: a step, a phase, `undo of …`. Missing in histories of earlier versions. */
  readonly about?: string | null
  /** How the verb arrived. */
  readonly by: "update" | "signal" | "gate mode"
}

/** runs.ts */
export interface RunActivities {
  /** The stored plan's outline, for a run that goes on in a fresh history. */
  loadOutline(ref: RunRef): Promise<PlanOutline>
  /** The run's state changed: written to the control database for `status`, and to the ledger. */
  recordState(
    ref: RunRef,
    change: {
      readonly state: RunState
      readonly waitingFor: string | null
      readonly findings: readonly Finding[]
      /** What an operator may choose from, where something has stopped. */
      readonly choices?: readonly OperatorVerb[]
    },
  ): Promise<void>
  /** The last word: journal closed, report written. Answers how the run has ended, where the journal knew it already. */
  finishRun(
    ref: RunRef,
    outcome: {
      readonly state: RunEnd
      readonly reason: string | null
      /** Steps whose undo somebody has left out; what the journal knows is added. Missing in earlier histories. */
      readonly leftBehind?: readonly string[]
    },
  ): Promise<{ readonly state: RunEnd }>
  /** How the run has ended, whatever its workflow believes; null: it hasn't. */
  endOf(ref: RunRef): Promise<RunEnd | null>
  /** Watches probes for the soak's length in one activity. Throws where a probe fails too often. */
  soak(ref: RunRef, milliseconds: number): Promise<void>
}
